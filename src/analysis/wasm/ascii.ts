import { blockBytes, earlier, isAsciiSpace, splat, toMask } from './block';
import { tally } from './tally';

/**
 * Counts whole blocks from `at` on for as long as they hold only printable ASCII and white space, as most texts do, and
 * returns the address behind them. Both readings are in the same state after ASCII, so counting one is enough.
 */
export function countAscii(at: usize, end: usize): usize {
  let spaces = tally.spaces;
  let words: u64 = 0;
  let lines: u64 = 0;
  let block = at;
  for (; block + blockBytes <= end; block += blockBytes) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);
    const spaceA = isAsciiSpace(a);
    const spaceB = isAsciiSpace(b);
    const spaceC = isAsciiSpace(c);
    const spaceD = isAsciiSpace(d);
    const ab = i8x16.max_u(oddness(a, spaceA), oddness(b, spaceB));
    const cd = i8x16.max_u(oddness(c, spaceC), oddness(d, spaceD));
    if (i8x16.bitmask(i8x16.ge_u(i8x16.max_u(ab, cd), splat(0x7f - 0x20)))) break;
    const lf = splat(0x0a);
    lines += popcnt(toMask(i8x16.eq(a, lf), i8x16.eq(b, lf), i8x16.eq(c, lf), i8x16.eq(d, lf)));
    const mask = toMask(spaceA, spaceB, spaceC, spaceD);
    words += popcnt(~mask & earlier(mask, spaces, 1));
    spaces = mask;
  }
  if (block == at) return at;
  tally.words += words;
  tally.byteWords += words;
  tally.lines += lines;
  tally.spaces = spaces;
  tally.byteSpaces = spaces;
  return block;
}

/** 0 for white space; below 5F for other printable ASCII; for controls and all beyond ASCII, 5F and above. */
function oddness(bytes: v128, space: v128): v128 {
  return v128.andnot(i8x16.sub(bytes, splat(0x20)), space);
}
