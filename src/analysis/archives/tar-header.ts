/** The header of a tar entry: one block. */
export interface TarHeader {
  readonly name: string;
  readonly type: string;
  /** Bytes behind the header. */
  readonly storedSize: number;
  /** Bytes of the whole file, if this is a sparse file in the old format of GNU tar. */
  readonly realSize: number | undefined;
  /** Whether another block continues the map of a sparse file. */
  readonly mapContinues: boolean;
}

export const blockSize = 512;

/**
 * Whether a block is a header: its checksum is that of its bytes, with the checksum itself taken as spaces. Some old programs
 * took the bytes as signed.
 */
export function isTarHeader(block: Buffer): boolean {
  if (block.length < blockSize) return false;
  const stated = numberOf(block.subarray(148, 156));
  let unsigned = 8 * 0x20;
  let signed = unsigned;
  for (let at = 0; at < blockSize; at++) {
    if (at >= 148 && at < 156) continue;
    unsigned += block[at] as number;
    signed += block.readInt8(at);
  }
  return unsigned > 8 * 0x20 && (stated === unsigned || stated === signed);
}

/** Source: POSIX.1-2024, pax, "ustar Interchange Format"; the manual of GNU tar, "Basic Tar Format". */
export function tarHeader(block: Buffer): TarHeader {
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  const isGnu = block.toString('latin1', 257, 265) === 'ustar  \0';
  const name = textOf(block.subarray(0, 100));
  const prefix = isUstar ? textOf(block.subarray(345, 500)) : '';
  const type = String.fromCharCode(block[156] || 0x30);
  const isSparse = isGnu && type === 'S';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    type,
    storedSize: numberOf(block.subarray(124, 136)),
    realSize: isSparse ? numberOf(block.subarray(483, 495)) : undefined,
    mapContinues: isSparse && block[482] !== 0,
  };
}

/** A number is octal digits or, where these do not suffice, binary with the first bit set. */
function numberOf(field: Buffer): number {
  const first = field[0] as number;
  if (first === 0x80) return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  const digits = /^[\s\0]*([0-7]+)/.exec(field.toString('latin1'))?.[1];
  return digits === undefined ? 0 : Number.parseInt(digits, 8);
}

export function textOf(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}
