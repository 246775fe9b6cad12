import { type BinarySample, bytesAt } from './binary-sample.ts';
import { has, isBetween, latin1, u8, u16be, u16le, u32be, u32le } from './bytes.ts';
import { among, type Detector, type Magic, signature, when } from './detector.ts';

const berkeleyDb = 'application/x-berkeley-db';

/** Databases. */
export const databases: readonly Detector[] = [
  ...among('SQLite format 3\0', sqliteType, { detectedBy: 'signature' }),
  ...signature('application/x-sqlite2', '** This file contains an SQLite 2'),
  ...signature('application/x-sqlite3-wal', '\x37\x7f\x06\x82', '\x37\x7f\x06\x83'),
  ...signature('application/x-sqlite3-journal', '\xd9\xd5\x05\xf9\x20\xa1\x63\xd7'),
  ...signature(
    'application/x-msaccess',
    '\0\x01\0\0Standard Jet DB\0',
    '\0\x01\0\0Standard ACE DB\0',
    '\0\x01\0\0Jet System DB \0',
  ),
  ...signature('application/x-msmoney', '\0\x01\0\0MSISAM Database\0'),
  ...when('application/vnd.dbf', dbfVersions(), isDbf),
  ...signature('application/x-filemaker', '\0\x01\0\0\0\x02\0\x01\0\x05\0\x02\0\x02\xc0'),
  ...signature(berkeleyDb, ...atBothOrders([0x053162, 0x061561, 0x042253, 0x040988, 0x074582], 12)),
  ...when(berkeleyDb, atBothOrders([0x053162, 0x061561], 0), isOldBerkeley),
  ...signature('application/x-gdbm', ...atBothOrders([0x13579ace, 0x13579acd, 0x13579acf], 0)),
  ...signature('application/x-tdb', 'TDB file\n'),
  ...signature('application/x-lmdb', ['\xde\xc0\xef\xbe', 16]),
  ...when(
    'application/x-mysql-table-definition',
    '\xfe\x01',
    ({ head }) => isBetween(u8(head, 2), 5, 12) && u8(head, 3) < 64,
  ),
  ...when('application/x-mysql-misam-compressed-index', '\xfe\xfe\x07', ({ head }) => u8(head, 3) <= 2),
  ...signature('application/x-mysql-misam-compressed-data', '\xfe\xfe\x08\x01', '\xfe\xfe\x08\x02'),
  ...when(
    'application/x-mysql-isam-index',
    '\xfe\xfe',
    ({ head }) => [3, 5, 6].includes(u8(head, 2)) && u8(head, 3) <= 2,
  ),
  ...signature('application/x-mysql-binlog', '\xfebin'),
  ...signature('application/x-ms-ese', ['\xef\xcd\xab\x89', 4]),
  ...signature('application/x-mssql', '\x01\x0f\0\0\x08\0\x01\0'),
  ...signature('application/x-rocksdb', 'rocksdb\0'),
  ...signature('application/vnd.lotus-notes', '\x1a\0\0\x04\0\0'),
];

/** Asked after all that have a signature: texts that belong to a table. */
export const memos: readonly Detector[] = [
  ...when('application/x-fpt', '\0', isFoxMemo),
  ...when('application/x-dbt', '', isDbt),
];

const applicationTypes: Readonly<Record<number, string>> = {
  1196444487: 'application/geopackage+sqlite3',
  1196437808: 'application/geopackage+sqlite3',
  1196437809: 'application/geopackage+sqlite3',
  1297105496: 'application/vnd.mbtiles',
  252006674: 'application/x-fossil',
};

/** The number of the application is in the header. */
function sqliteType({ head, extension }: BinarySample): string {
  const declared = applicationTypes[u32be(head, 68)];
  return declared ?? (extension === 'mbtiles' ? 'application/vnd.mbtiles' : 'application/vnd.sqlite3');
}

function atBothOrders(numbers: readonly number[], offset: number): Magic[] {
  return numbers.flatMap((number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(number);
    return [bytes.toString('latin1'), bytes.reverse().toString('latin1')].map((magic) => [magic, offset] as const);
  });
}

/** Versions before 2 begin with their number. */
function isOldBerkeley({ head }: BinarySample): boolean {
  return [u32le(head, 4), u32be(head, 4)].some((version) => isBetween(version, 1, 9));
}

function dbfVersions(): string[] {
  const versions = [
    0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x7b, 0x83, 0x87, 0x8b, 0x8c, 0x8e, 0xcb, 0xe5, 0xea, 0xf5,
    0xfb,
  ];
  return versions.map((version) => String.fromCharCode(version));
}

/** dBASE, FoxPro and Clipper: a header with the fields of a record, whose lengths add up, and the records. */
async function isDbf(sample: BinarySample): Promise<boolean> {
  const { head, size } = sample;
  if (u8(head, 0) === 0x02) return isFirstDbf(head);
  const [headerLength, recordLength] = [u16le(head, 8), u16le(head, 10)];
  const isDate = u8(head, 2) <= 12 && u8(head, 3) <= 31;
  if (!isDate || !isBetween(headerLength, 33, size) || recordLength === 0) return false;
  const fieldLength = u8(head, 0) === 0x04 || u8(head, 0) === 0x8c ? 48 : 32;
  const starts = fieldLength === 48 && /^[A-Z@+]$/.test(latin1(head, 68 + 32, 1)) ? 68 : 32;
  const header = await bytesAt(sample, 0, headerLength);
  let sum = 1;
  let at = starts;
  for (; at + fieldLength <= headerLength && header[at] !== 0x0d; at += fieldLength) {
    if (starts === 32 && !/^[A-Z@+0]$/.test(latin1(header, at + 11, 1).toUpperCase())) return false;
    sum += u8(header, at + (starts === 32 ? 16 : 33));
  }
  return (
    at > starts &&
    (header[at] === 0x0d || at === headerLength) &&
    (sum === recordLength || starts === 68 || sum % 256 === recordLength % 256)
  );
}

/** dBASE II: 521 bytes of header with at most 32 fields. */
function isFirstDbf(head: Buffer): boolean {
  const isDate = isBetween(u8(head, 3), 1, 31) && isBetween(u8(head, 4), 1, 31);
  return isDate && u16le(head, 6) > 0 && /^[A-Z][A-Z0-9_:]*\0+[CNL]$/.test(latin1(head, 8, 12)) && !has(head, 8, '\0');
}

/** The number of the next free block, the length of a block, and no more until the first one. Source: Visual FoxPro, "Memo File Structure". */
function isFoxMemo({ head, size }: BinarySample): boolean {
  const [next, length] = [u32be(head, 0), u16be(head, 6)];
  const isHeader = next > 0 && isBetween(length, 1, 0x4000) && isEmptyHeader(head);
  return isHeader && Math.abs(next * length - size) <= 512 + length;
}

/** dBASE III: as many blocks of 512 bytes as the header says. */
function isDbt({ head, size }: BinarySample): boolean {
  const blocks = Math.ceil(size / 512);
  return blocks > 1 && Math.abs(u32le(head, 0) - blocks) <= 1 && isEmptyHeader(head);
}

/** Whether the first block has nothing behind its first numbers but a version, which is 3. */
function isEmptyHeader(head: Buffer): boolean {
  if (head.length < 512 || !isBetween(u8(head, 16), 0, 3)) return false;
  return head.subarray(8, 512).every((byte, at) => byte === 0 || at === 8);
}
