import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMember {
  readonly name: string | Buffer;
  readonly content: string | Uint8Array;
  readonly stored?: boolean;
  /** Of the compressed content: to write what the library does not. */
  readonly method?: number;
  readonly flags?: number;
  /** Writes sizes behind the content. */
  readonly descriptor?: boolean;
  readonly zip64?: boolean;
  readonly extra?: Buffer;
}

export interface ZipOptions {
  readonly comment?: string;
  readonly zip64?: boolean;
  /** The offsets of the directory do not count these bytes. */
  readonly prefix?: Buffer;
}

/** A ZIP archive with the members in this order, written as different programs do. */
export function zipOf(members: readonly ZipMember[], options: ZipOptions = {}): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const made = encode(member, offset);
    local.push(made.local);
    central.push(made.central);
    offset += made.local.length;
  }
  const directory = Buffer.concat(central);
  const end = endRecord(members.length, directory.length, offset, options);
  return Buffer.concat([options.prefix ?? Buffer.alloc(0), ...local, directory, end]);
}

function encode(member: ZipMember, offset: number): { local: Buffer; central: Buffer } {
  const name = Buffer.from(member.name);
  const content = Buffer.from(member.content as Uint8Array);
  const data = member.stored ? content : deflateRawSync(content);
  const flags = (member.flags ?? 0) | (member.descriptor ? 8 : 0);
  const fields = [flags, member.method ?? (member.stored ? 0 : 8)];
  const sizes = [crc32(content), data.length, content.length];
  const wide = member.zip64 ? zip64Extra([content.length, data.length, offset]) : Buffer.alloc(0);
  const extra = Buffer.concat([member.extra ?? Buffer.alloc(0), wide]);
  const localSizes = member.descriptor ? [0, 0, 0] : sizes;
  const local = Buffer.concat([
    Buffer.from('PK\x03\x04'),
    u16(20, ...fields, 0, 0),
    u32(...localSizes),
    u16(name.length, member.extra?.length ?? 0),
    name,
    member.extra ?? Buffer.alloc(0),
    data,
    ...(member.descriptor ? [Buffer.from('PK\x07\x08'), u32(...sizes)] : []),
  ]);
  const listed = member.zip64 ? [sizes[0] as number, 0xffff_ffff, 0xffff_ffff] : sizes;
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    u16(20, 20, ...fields, 0, 0),
    u32(...listed),
    u16(name.length, extra.length, 0, 0, 0),
    u32(0, member.zip64 ? 0xffff_ffff : offset),
    name,
    extra,
  ]);
  return { local, central };
}

function zip64Extra(values: readonly number[]): Buffer {
  return Buffer.concat([u16(1, 8 * values.length), u64(...values)]);
}

function endRecord(count: number, size: number, offset: number, { comment = '', zip64 = false }: ZipOptions): Buffer {
  const tail = Buffer.concat([u16(comment.length), Buffer.from(comment, 'latin1')]);
  if (!zip64)
    return Buffer.concat([
      Buffer.from('PK\x05\x06'),
      u16(0, 0, count & 0xffff, count & 0xffff),
      u32(size, offset),
      tail,
    ]);
  return Buffer.concat([
    Buffer.from('PK\x06\x06'),
    u64(44),
    u16(45, 45),
    u32(0, 0),
    u64(count, count, size, offset),
    Buffer.from('PK\x06\x07'),
    u32(0),
    u64(offset + size),
    u32(1),
    Buffer.from('PK\x05\x06'),
    u16(0, 0, 0xffff, 0xffff),
    u32(0xffff_ffff, 0xffff_ffff),
    tail,
  ]);
}

function u16(...values: readonly number[]): Buffer {
  return Buffer.concat(values.map((value) => Buffer.from([value & 0xff, value >> 8])));
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value, 4 * index);
  });
  return bytes;
}

function u64(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, index) => {
    bytes.writeBigUInt64LE(BigInt(value), 8 * index);
  });
  return bytes;
}
