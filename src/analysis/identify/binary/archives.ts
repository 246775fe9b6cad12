import { type BinarySample, bytesAt, tailOf } from './binary-sample.ts';
import { has, isBetween, latin1, u8, u16be, u16le, u32be, u32le } from './bytes.ts';
import { type Answer, among, type Detector, signature, when } from './detector.ts';

/** Archives of files, and packages of programs. */
export const archives: readonly Detector[] = [
  ...signature('application/x-7z-compressed', '7z\xbc\xaf\x27\x1c'),
  ...signature('application/vnd.rar', 'Rar!\x1a\x07', 'RE~^'),
  ...among('!<arch>\n', archiveType, { detectedBy: 'container' }),
  ...signature('application/x-unix-archive', '!<thin>\n'),
  ...signature('application/x-rpm', '\xed\xab\xee\xdb', 'drpm'),
  ...when('application/x-tar', ['ustar', 257], ({ head }) => ['\0', ' '].includes(latin1(head, 262, 1))),
  ...signature('application/x-cpio', '070701', '070702', '070707'),
  ...when('application/x-cpio', '\xc7\x71', ({ head }) => isBetween(u16le(head, 20), 1, 1_024)),
  ...when('application/x-cpio', '\x71\xc7', ({ head }) => isBetween(u16be(head, 20), 1, 1_024)),
  ...among('MSCF\0\0\0\0', cabinetType, { detectedBy: 'container' }),
  ...signature('application/x-installshield-cab', 'ISc('),
  ...signature('application/x-xar', 'xar!'),
  ...when(
    'application/x-arj',
    '\x60\xea',
    ({ head }) => isBetween(u16le(head, 2), 30, 2_600) && u8(head, 4) <= u16le(head, 2) && u8(head, 10) <= 6,
  ),
  ...when('application/x-lzh-compressed', ['-l', 2], ({ head }) =>
    /^-(?:lh[0-9a-z]|lz[s2-8]|pm[0-2s])-/.test(latin1(head, 2, 5)),
  ),
  ...when('application/x-lzh-compressed', ['-pm', 2], ({ head }) => has(head, 6, '-')),
  ...signature('application/x-ace-compressed', ['**ACE**', 7]),
  ...signature('application/x-zoo', ['\xdc\xa7\xc4\xfd', 20]),
  ...when('application/x-arc', '\x1a', isArc),
  ...signature('application/x-freearc', 'ArC\x01'),
  ...signature('application/x-alz', 'ALZ\x01'),
  ...signature('application/x-egg', 'EGGA'),
  ...signature('application/x-zpaq', '7kSt\xa0\x31', 'zPQ\x01', 'zPQ\x02'),
  ...when('application/x-stuffit', ['SIT!', 'ST46', 'ST50', 'ST60'], ({ head }) => has(head, 10, 'rLau')),
  ...signature('application/x-stuffit', 'StuffIt (c)1997-'),
  ...signature('application/x-stuffitx', 'StuffIt!', 'StuffIt?'),
  ...signature('application/applefile', '\0\x05\x16\0\0'),
  ...signature('multipart/appledouble', '\0\x05\x16\x07\0'),
  ...when('application/x-macbinary', '\0', isMacBinary),
  ...signature('application/x-par2', 'PAR2\0PKT'),
  ...signature('application/x-bsdiff', 'BSDIFF40'),
  ...signature('application/vcdiff', '\xd6\xc3\xc4\0'),
  ...when('application/x-chrome-extension', 'Cr24', ({ head }) => isBetween(u32le(head, 4), 2, 3)),
  ...signature('application/warc', 'WARC/0.', 'WARC/1.'),
  ...signature('application/x-internet-archive', 'filedesc://'),
  ...signature('application/x-ms-wim', 'MSWIM\0\0\0'),
  ...when('application/x-asar', '\x04\0\0\0', ({ head }) => has(head, 16, '{"files":')),
  ...signature('application/x-git-pack', 'PACK\0\0\0\x02', 'PACK\0\0\0\x03'),
  ...signature('application/x-git-index', 'DIRC\0\0\0'),
  ...signature('application/x-dms', 'DMS!'),
  ...signature('application/x-uc2-compressed', 'UC2\x1a'),
];

/** Asked after all that have a signature. */
export const unsignedArchives: readonly Detector[] = when('application/x-tar', '', isOldTar);

/** Images of disks, partitions and file systems. */
export const diskImages: readonly Detector[] = [
  ...when('application/x-iso9660-image', '', hasVolumeDescriptor),
  ...signature('application/vnd.squashfs', 'hsqs', 'sqsh', 'shsq', 'qshs'),
  ...signature('application/x-cramfs', '\x45\x3d\xcd\x28', '\x28\xcd\x3d\x45'),
  ...signature('application/x-romfs', '-rom1fs-'),
  ...signature('application/x-vhdx-disk', 'vhdxfile'),
  ...signature('application/x-vhd-disk', 'conectix'),
  ...signature('application/x-vmdk-disk', 'KDMV', 'COWD'),
  ...signature('application/x-qemu-disk', 'QFI\xfb'),
  ...signature('application/x-vdi-disk', ['\x7f\x10\xda\xbe', 64]),
  ...when('application/x-amiga-disk-format', 'DOS', ({ head, size }) => u8(head, 3) <= 7 && size % 512 === 0),
  ...signature('application/x-luks', 'LUKS\xba\xbe'),
  ...signature('application/x-apple-diskimage', 'encrcdsa'),
  ...signature('application/x-ewf', 'EVF\x09\x0d\x0a\xff\0'),
  ...when('application/x-raw-disk-image', ['\x55\xaa', 510], isBootSector),
  ...when(
    'application/x-raw-disk-image',
    ['\x53\xef', 1_080],
    ({ head }) => u32le(head, 1_024) > 0 && u32le(head, 1_048) <= 6,
  ),
  ...when(
    'application/x-raw-disk-image',
    [
      ['H+\0\x04', 1_024],
      ['HX\0\x05', 1_024],
      ['BD', 1_024],
    ],
    ({ head, size }) => size >= 400_000 && u32be(head, 1_026) > 0,
  ),
  ...among('', tailType),
];

async function tailType(sample: BinarySample): Promise<Answer> {
  if (sample.size < 1_024) return undefined;
  const tail = await tailOf(sample, 512);
  if (has(tail, 0, 'koly')) return 'application/x-apple-diskimage';
  return has(tail, 0, 'conectix') ? 'application/x-vhd-disk' : undefined;
}

function archiveType({ head }: BinarySample): string {
  return has(head, 8, 'debian-binary') ? 'application/vnd.debian.binary-package' : 'application/x-unix-archive';
}

/** A notebook of OneNote is packed into a cabinet too. */
function cabinetType({ head, extension }: BinarySample): Answer {
  if (u8(head, 25) !== 1) return undefined;
  return extension === 'onepkg' ? 'application/onenote' : 'application/vnd.ms-cab-compressed';
}

/** ISO 9660 and UDF, in sectors of 2048 bytes or, as on the disc itself, of 2352. */
async function hasVolumeDescriptor(sample: BinarySample): Promise<boolean> {
  if (sample.size < 34_816) return false;
  for (const at of [32_769, 37_633, 37_649]) {
    const mark = latin1(await bytesAt(sample, at, 5), 0, 5);
    if (mark === 'CD001' || mark === 'BEA01') return true;
  }
  return false;
}

/** The header of a member, whose checksum must fit; before the `ustar` mark was common. */
function isOldTar({ head }: BinarySample): boolean {
  if (head.length < 512 || head[0] === 0 || !/^[ 0]*[0-7]{1,7}[ \0]/.test(latin1(head, 148, 8))) return false;
  const declared = Number.parseInt(latin1(head, 148, 8).replaceAll('\0', ' '), 8);
  const sum = head.subarray(0, 512).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return sum === declared;
}

/** Source: [MS-FATFS] and NTFS: a jump, the name of a system, and the length of a sector; or a table of partitions. */
function isBootSector({ head, size }: BinarySample): boolean {
  const isJump = u8(head, 0) === 0xe9 || (u8(head, 0) === 0xeb && u8(head, 2) === 0x90);
  if (isJump && [512, 1_024, 2_048, 4_096].includes(u16le(head, 11)) && u8(head, 13) > 0) return true;
  const entries = [446, 462, 478, 494];
  const isTable = entries.every((at) => [0, 0x80].includes(u8(head, at)));
  return isTable && entries.some((at) => u8(head, at + 4) !== 0 && u32le(head, at + 12) > 0) && size % 512 === 0;
}

/** A member: its method, name and lengths. */
function isArc({ head, size }: BinarySample): boolean {
  const name = latin1(head, 2, 13);
  const isName = /^[\x21-\x7e]{1,12}\0/.test(name);
  return isBetween(u8(head, 1), 1, 11) && isName && isBetween(u32le(head, 15), 1, size);
}

/** Source: MacBinary II and III. */
function isMacBinary({ head, size }: BinarySample): boolean {
  const nameLength = u8(head, 1);
  const isHeader = isBetween(nameLength, 1, 63) && u8(head, 74) === 0 && u8(head, 82) === 0;
  const isName = !latin1(head, 2, nameLength).includes('\0') && /^[\x20-\x7e]{8}$/.test(latin1(head, 65, 8));
  const forks = u32be(head, 83) + u32be(head, 87);
  return isHeader && isName && forks > 0 && 128 + forks <= size && size <= 128 + forks + 1_024;
}
