/** A block of 64 bytes is four vectors, or a mask with one bit a byte, the lowest for the first. */
export const blockBytes: usize = 64;

/** The highest bit of each byte. */
export function toMask(a: v128, b: v128, c: v128, d: v128): u64 {
  const low = (<u64>i8x16.bitmask(b) << 16) | <u64>i8x16.bitmask(a);
  return (<u64>i8x16.bitmask(d) << 48) | (<u64>i8x16.bitmask(c) << 32) | low;
}

export function nonZero(a: v128, b: v128, c: v128, d: v128): u64 {
  const zero = splat(0);
  return ~toMask(i8x16.eq(a, zero), i8x16.eq(b, zero), i8x16.eq(c, zero), i8x16.eq(d, zero));
}

export function union(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.or(v128.or(a, b), v128.or(c, d));
}

/** The mask shifted by `distance` bytes; `last` is the mask of the previous block. */
export function earlier(mask: u64, last: u64, distance: u64): u64 {
  return (mask << distance) | (last >> (64 - distance));
}

/** The mask of the last 64 bytes, after a block of `size`. */
export function latest(mask: u64, last: u64, size: usize): u64 {
  return size < blockBytes ? (mask << (64 - size)) | (last >> size) : mask;
}

/** Repeats a byte 16 times. It is loaded from memory, because V8 builds a literal vector with three instructions at each use. */
export function splat(byte: u8): v128 {
  return v128.load8_splat(numbers + byte);
}

/** 0 to 255. */
const numbers: usize = memory.data(256);
for (let number = 0; number < 256; number++) store<u8>(numbers + number, <u8>number);

/** The entry of a table for each byte of `halves`. Relaxed: from 16 on, processors differ. */
export function lookUp(table: v128, halves: v128): v128 {
  return i8x16.relaxed_swizzle(table, halves);
}

export function lowHalves(bytes: v128): v128 {
  return v128.and(bytes, splat(0x0f));
}

export function highHalves(bytes: v128): v128 {
  return v128.and(i16x8.shr_u(bytes, 4), splat(0x0f));
}

/** A byte is ASCII white space exactly if it is the entry of the table for its low half. */
export function isAsciiSpace(bytes: v128): v128 {
  return i8x16.eq(bytes, lookUp(v128.load(asciiSpaces), lowHalves(bytes)));
}

const asciiSpaces: usize = memory.data<u8>([0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0, 0], 16);
