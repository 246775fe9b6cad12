/** Numbers of a buffer at any position. Beyond its end they are NaN, which equals nothing and lies in no range. */
export function u8(bytes: Buffer, at: number): number {
  return bytes[at] ?? Number.NaN;
}

export function u16le(bytes: Buffer, at: number): number {
  return holds(bytes, at, 2) ? bytes.readUInt16LE(at) : Number.NaN;
}

export function u16be(bytes: Buffer, at: number): number {
  return holds(bytes, at, 2) ? bytes.readUInt16BE(at) : Number.NaN;
}

export function u32le(bytes: Buffer, at: number): number {
  return holds(bytes, at, 4) ? bytes.readUInt32LE(at) : Number.NaN;
}

export function u32be(bytes: Buffer, at: number): number {
  return holds(bytes, at, 4) ? bytes.readUInt32BE(at) : Number.NaN;
}

/** In the byte order of the file. */
export function u16(bytes: Buffer, at: number, isBig: boolean): number {
  return isBig ? u16be(bytes, at) : u16le(bytes, at);
}

export function u32(bytes: Buffer, at: number, isBig: boolean): number {
  return isBig ? u32be(bytes, at) : u32le(bytes, at);
}

function holds(bytes: Buffer, at: number, length: number): boolean {
  return Number.isInteger(at) && at >= 0 && at + length <= bytes.length;
}

/** Bytes as characters of ISO 8859-1; fewer at the end. */
export function latin1(bytes: Buffer, at: number, length: number): string {
  return bytes.toString('latin1', at, at + length);
}

/** Whether these bytes are there. `signature` has one character per byte. */
export function has(bytes: Buffer, at: number, signature: string): boolean {
  return latin1(bytes, at, signature.length) === signature;
}

export function isBetween(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
