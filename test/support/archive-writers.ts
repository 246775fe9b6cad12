import { crc32 } from 'node:zlib';

export interface TarMember {
  readonly name: string;
  readonly content?: string | Buffer;
  /** The type of the header: a file unless set. */
  readonly type?: string;
  /** What the header states, if not the length of the content. */
  readonly size?: number;
  /** Further bytes of the header, by their place. */
  readonly fields?: Readonly<Record<number, string>>;
  readonly gnu?: boolean;
}

/** A tar archive with an end. */
export function tarOf(members: readonly TarMember[]): Buffer {
  return Buffer.concat([...members.map(tarMember), Buffer.alloc(1_024)]);
}

export function tarMember({ name, content = '', type = '0', size, fields = {}, gnu = false }: TarMember): Buffer {
  const bytes = Buffer.from(content as string);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write(gnu ? 'ustar  \0' : 'ustar\x0000', 257);
  for (const [at, text] of Object.entries(fields)) header.write(text, Number(at), 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** A pax header with these records, which belong to the next member. */
export function paxMember(records: Readonly<Record<string, string>>): TarMember {
  return { name: 'pax', type: 'x', content: Object.entries(records).map(paxRecord).join('') };
}

function paxRecord([key, value]: [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  const length = Buffer.byteLength(rest) + String(Buffer.byteLength(rest) + 2).length;
  return `${length}${rest}`;
}

interface RarMember {
  readonly name: string;
  readonly size: number;
  readonly data?: Buffer;
  readonly isDirectory?: boolean;
  readonly isEncrypted?: boolean;
}

/** A RAR archive of version 5. */
export function rar5Of(members: readonly RarMember[], { isHidden = false } = {}): Buffer {
  const blocks = members.map(({ name, size, data = Buffer.alloc(0), isDirectory, isEncrypted }) => {
    const extra = isEncrypted ? Buffer.from([2, 1, 0]) : Buffer.alloc(0);
    const fields = [vint(isDirectory ? 1 : 0), vint(size), vint(0), vint(0), vint(1), vint(Buffer.byteLength(name))];
    const head = [vint(2), vint(isEncrypted ? 3 : 2), ...(isEncrypted ? [vint(extra.length)] : []), vint(data.length)];
    return Buffer.concat([rar5Block(Buffer.concat([...head, ...fields, Buffer.from(name), extra])), data]);
  });
  const signature = Buffer.from('Rar!\x1a\x07\x01\x00', 'latin1');
  if (isHidden) return Buffer.concat([signature, rar5Block(Buffer.from([4, 0, 0])), Buffer.alloc(64, 0xaa)]);
  return Buffer.concat([signature, rar5Block(Buffer.from([1, 0, 0])), ...blocks, rar5Block(Buffer.from([5, 0, 0]))]);
}

function rar5Block(header: Buffer): Buffer {
  const sized = Buffer.concat([vint(header.length), header]);
  return Buffer.concat([u32(crc32(sized)), sized]);
}

/** A number of 7 bits a byte, the lowest first. */
function vint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Buffer.from([...bytes, left]);
}

/** A RAR archive of version 4. `name` may be the bytes of a name in both charsets. */
export function rar4Of(
  members: readonly (Omit<RarMember, 'name'> & { readonly name: string | Buffer })[],
  { isHidden = false } = {},
): Buffer {
  const blocks = members.map(({ name, size, data = Buffer.alloc(0), isDirectory, isEncrypted }) => {
    const bytes = Buffer.from(name as string);
    const flags = 0x8000 | (isDirectory ? 0xe0 : 0) | (isEncrypted ? 4 : 0) | (bytes.includes(0) ? 0x200 : 0);
    const method = Buffer.from([29, 0x30]);
    const body = [u32(data.length), u32(size), Buffer.from([3]), u32(crc32(data)), u32(0x5a21_0000), method];
    return Buffer.concat([rar4Block(0x74, flags, Buffer.concat([...body, u16(bytes.length), u32(0), bytes])), data]);
  });
  const signature = Buffer.from('Rar!\x1a\x07\x00', 'latin1');
  const main = rar4Block(0x73, isHidden ? 0x80 : 0, Buffer.alloc(6));
  return Buffer.concat([
    signature,
    main,
    ...(isHidden ? [Buffer.alloc(64, 0xaa)] : blocks),
    rar4Block(0x7b, 0x4000, Buffer.alloc(0)),
  ]);
}

function rar4Block(type: number, flags: number, body: Buffer): Buffer {
  const header = Buffer.concat([Buffer.from([type]), u16(flags), u16(7 + body.length), body]);
  return Buffer.concat([u16(crc32(header) & 0xffff), header]);
}

/** A 7z archive of one folder of stored files; `pack` compresses its header. */
export function sevenZipOf(
  members: readonly { readonly name: string; readonly content?: string }[],
  {
    method = '00',
    pack,
  }: { method?: string; pack?: (header: Buffer) => { method: string; properties: Buffer; data: Buffer } } = {},
): Buffer {
  const files = members
    .filter(({ content }) => content !== undefined)
    .map(({ content }) => Buffer.from(content as string));
  const data = Buffer.concat(files);
  const sizes = files.map(({ length }) => length);
  const streams = Buffer.concat([
    streamsInfo({ at: 0, packed: data.length, size: data.length, method, properties: Buffer.alloc(0) }),
    Buffer.from([0x08, 0x0d]),
    number7(files.length),
    Buffer.from([0x09]),
    ...sizes.slice(0, -1).map(number7),
    Buffer.from([0, 0]),
  ]);
  const header = Buffer.concat([Buffer.from([0x01, 0x04]), streams, filesInfo(members), Buffer.from([0])]);
  if (pack === undefined) return sevenZip(data, header);
  const packed = pack(header);
  const info = { at: data.length, packed: packed.data.length, size: header.length, ...packed };
  const encoded = Buffer.concat([Buffer.from([0x17]), streamsInfo(info), Buffer.from([0])]);
  return sevenZip(Buffer.concat([data, packed.data]), encoded);
}

function streamsInfo({
  at,
  packed,
  size,
  method,
  properties,
}: {
  at: number;
  packed: number;
  size: number;
  method: string;
  properties: Buffer;
}) {
  const id = Buffer.from(method, 'hex');
  const hasProperties = properties.length > 0;
  return Buffer.concat([
    Buffer.from([0x06]),
    number7(at),
    Buffer.from([1, 0x09]),
    number7(packed),
    Buffer.from([0, 0x07, 0x0b, 1, 0, 1, id.length | (hasProperties ? 0x20 : 0)]),
    id,
    ...(hasProperties ? [number7(properties.length), properties] : []),
    Buffer.from([0x0c]),
    number7(size),
    Buffer.from([0]),
  ]);
}

function filesInfo(members: readonly { readonly name: string; readonly content?: string }[]): Buffer {
  const names = Buffer.concat([Buffer.from([0]), ...members.map(({ name }) => Buffer.from(`${name}\0`, 'utf16le'))]);
  const empty = Buffer.alloc(Math.ceil(members.length / 8));
  members.forEach(({ content }, at) => {
    if (content === undefined) empty[at >> 3] = (empty[at >> 3] as number) | (0x80 >> (at & 7));
  });
  const property = (id: number, bytes: Buffer) => Buffer.concat([Buffer.from([id]), number7(bytes.length), bytes]);
  return Buffer.concat([
    Buffer.from([0x05]),
    number7(members.length),
    property(0x0e, empty),
    property(0x11, names),
    Buffer.from([0]),
  ]);
}

function sevenZip(data: Buffer, header: Buffer): Buffer {
  const start = Buffer.concat([u64(data.length), u64(header.length), u32(crc32(header))]);
  return Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), u32(crc32(start)), start, data, header]);
}

/** A number below 2^28 as headers of 7z have it. */
function number7(value: number): Buffer {
  if (value < 0x80) return Buffer.from([value]);
  if (value < 0x4000) return Buffer.from([0x80 | (value >> 8), value & 0xff]);
  if (value < 0x20_0000) return Buffer.from([0xc0 | (value >> 16), value & 0xff, (value >> 8) & 0xff]);
  return Buffer.from([0xe0 | (value >> 24), value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff]);
}

/** An `ar` archive. */
export function arOf(members: readonly { readonly field: string; readonly content: string }[]): Buffer {
  const pieces = members.map(({ field, content }) => {
    const header = `${field.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(content.length).padEnd(10)}\`\n`;
    return `${header}${content}${content.length % 2 === 1 ? '\n' : ''}`;
  });
  return Buffer.from(`!<arch>\n${pieces.join('')}`);
}

/** A cpio archive with an end, with headers in hexadecimal, in octal, or binary. */
export function cpioOf(
  kind: 'newc' | 'odc' | 'binary',
  members: readonly { readonly name: string; readonly content?: string }[],
): Buffer {
  const all = [...members, { name: 'TRAILER!!!', content: '' }];
  return Buffer.concat(
    all.map(({ name, content }) =>
      cpioMember[kind](
        Buffer.from(`${name}\0`).toString('latin1'),
        content === undefined ? 0o040_755 : 0o100_644,
        content ?? '',
      ),
    ),
  );
}

const cpioMember = {
  newc(name: string, mode: number, content: string) {
    const hex = (...values: readonly number[]) => values.map((value) => value.toString(16).padStart(8, '0')).join('');
    const header = `070701${hex(1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0)}${name}`;
    return Buffer.from(`${filled(header, 4)}${filled(content, 4)}`, 'latin1');
  },
  odc(name: string, mode: number, content: string) {
    const octal = (...values: readonly number[]) => values.map((value) => value.toString(8).padStart(6, '0')).join('');
    const long = (value: number) => value.toString(8).padStart(11, '0');
    const header = `070707${octal(0, 1, mode, 0, 0, 1, 0)}${long(0)}${octal(name.length)}${long(content.length)}`;
    return Buffer.from(`${header}${name}${content}`, 'latin1');
  },
  binary(name: string, mode: number, content: string) {
    const header = u16(
      0o070_707,
      0,
      1,
      mode,
      0,
      0,
      1,
      0,
      0,
      0,
      name.length,
      content.length >> 16,
      content.length & 0xffff,
    );
    return Buffer.concat([header, Buffer.from(`${filled(name, 2)}${filled(content, 2)}`, 'latin1')]);
  },
};

function filled(text: string, alignment: number): string {
  return text.padEnd(Math.ceil(text.length / alignment) * alignment, '\0');
}

/** A cabinet: its list of files alone, without their data. */
export function cabinetOf(
  members: readonly { readonly name: string; readonly size: number; readonly folder?: number }[],
): Buffer {
  const files = members.map(({ name, size, folder = 0 }) =>
    Buffer.concat([u32(size, 0), u16(folder, 0, 0, 0x80), Buffer.from(`${name}\0`)]),
  );
  const list = Buffer.concat(files);
  const head = [
    Buffer.from('MSCF'),
    u32(0, 44 + list.length, 0, 44, 0),
    Buffer.from([3, 1]),
    u16(1, members.length, 0, 0, 0),
  ];
  return Buffer.concat([...head, Buffer.alloc(8), list]);
}

function u16(...values: readonly number[]): Buffer {
  return Buffer.concat(values.map((value) => Buffer.from([value & 0xff, value >> 8])));
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, at) => {
    bytes.writeUInt32LE(value, 4 * at);
  });
  return bytes;
}

function u64(value: number): Buffer {
  return u32(value % 2 ** 32, Math.floor(value / 2 ** 32));
}
