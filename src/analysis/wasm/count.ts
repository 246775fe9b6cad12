import { countAscii } from './ascii';
import { blockBytes, earlier, isAsciiSpace, latest, splat, toMask, union } from './block';
import { cut, nul, oddControl, tally } from './tally';
import { countWide } from './wide';

export { tally };

/** Files are read into this area, which needs no copy; other chunks are copied to the area behind it. */
export const input: usize = 65_536;
export const inputBytes: usize = 1_048_576;
export const copyBytes: usize = 65_536;

/** Adds `length` bytes at `from` to the tally, without changing them, and returns `seen`. */
export function count(from: usize, length: usize): u32 {
  const end = from + length;
  let lastBytes = tally.lastBytes;
  for (let at = from; at < end; ) {
    const size = min(blockBytes, end - at);
    const block = at == from || size < blockBytes ? framed(at, size, lastBytes) : at;
    const isAscii = countBlock(block, size);
    lastBytes = load<u32>(block + size - 4);
    at += size;
    // All of these bytes are ASCII too, and for what follows it does not matter which.
    if (isAscii) at = countAscii(at, end);
  }
  tally.bytes += length;
  tally.lastBytes = lastBytes;
  tally.seen = endsWithin(lastBytes) ? tally.seen | cut : tally.seen & ~cut;
  return tally.seen;
}

/** Whether the bytes end within a UTF-8 character, if nothing was malformed. */
function endsWithin(lastBytes: u32): bool {
  const last = lastBytes >> 24;
  const secondLast = (lastBytes >> 16) & 0xff;
  const thirdLast = (lastBytes >> 8) & 0xff;
  return last >= 0xc0 || secondLast >= 0xe0 || thirdLast >= 0xf0;
}

/** Copies the first or last bytes of a chunk between the bytes before them and spaces that fill the block. */
function framed(at: usize, size: usize, lastBytes: u32): usize {
  const block = frame + 16;
  store<u32>(block - 4, lastBytes);
  memory.fill(block, 0x20, blockBytes);
  memory.copy(block, at, size);
  return block;
}

const frame: usize = memory.data(16 + 64, 16);

/** Counts the first `size` bytes of a block, which spaces follow. Returns whether they are ASCII. */
// @ts-expect-error: AssemblyScript has decorators of functions
@inline
function countBlock(block: usize, size: usize): bool {
  const a = v128.load(block);
  const b = v128.load(block, 16);
  const c = v128.load(block, 32);
  const d = v128.load(block, 48);
  const spaceA = isAsciiSpace(a);
  const spaceB = isAsciiSpace(b);
  const spaceC = isAsciiSpace(c);
  const spaceD = isAsciiSpace(d);
  const byteSpaces = toMask(spaceA, spaceB, spaceC, spaceD);
  let spaces = byteSpaces;
  const lf = splat(0x0a);
  tally.lines += popcnt(toMask(i8x16.eq(a, lf), i8x16.eq(b, lf), i8x16.eq(c, lf), i8x16.eq(d, lf)));
  // With white space at 255, only control characters are left below 32; DEL is the largest signed byte.
  const ab = i8x16.min_u(v128.or(a, spaceA), v128.or(b, spaceB));
  const cd = i8x16.min_u(v128.or(c, spaceC), v128.or(d, spaceD));
  const isControl = i8x16.le_u(i8x16.min_u(ab, cd), splat(0x1f));
  const isDelete = i8x16.eq(i8x16.max_s(i8x16.max_s(a, b), i8x16.max_s(c, d)), splat(0x7f));
  if (i8x16.bitmask(v128.or(isControl, isDelete))) tally.seen |= controlsIn(block);
  // A character that began in the block before may end in this one.
  const isAscii = !i8x16.bitmask(v128.or(v128.load(block - 3), union(a, b, c, d)));
  if (!isAscii) spaces |= countWide(block, size, byteSpaces);
  tally.words += popcnt(~spaces & earlier(spaces, tally.spaces, 1));
  tally.byteWords += popcnt(~byteSpaces & earlier(byteSpaces, tally.byteSpaces, 1));
  tally.spaces = latest(spaces, tally.spaces, size);
  tally.byteSpaces = latest(byteSpaces, tally.byteSpaces, size);
  return isAscii;
}

/** The flags of NUL and odd control characters in a block. */
function controlsIn(block: usize): u32 {
  let found = splat(0);
  for (let at = block; at < block + blockBytes; at += 16) {
    const bytes = v128.load(at);
    // From 16 on, `swizzle` finds nothing.
    found = v128.or(found, i8x16.swizzle(v128.load(controls), bytes));
    found = v128.or(found, i8x16.swizzle(v128.load(controls, 16), v128.xor(bytes, splat(0x10))));
    found = v128.or(found, v128.and(i8x16.eq(bytes, splat(0x7f)), splat(<u8>oddControl)));
  }
  const odd = v128.any_true(v128.and(found, splat(<u8>oddControl))) ? oddControl : 0;
  return v128.any_true(v128.and(found, splat(<u8>nul))) ? odd | nul : odd;
}

/** The flags of the bytes below 32. */
const controls: usize = memory.data<u8>([
  8, 4, 4, 4, 4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 4, 4, // NUL; BEL to CR have none
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 0, 4, 4, 4, 4, // nor has ESC
], 16);
