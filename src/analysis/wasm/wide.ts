import { nonZero, splat, toMask, union } from './block';
import { high, malformed, tally } from './tally';
import { faultAt } from './utf8';
import { countWideSpaces, mayEndSpace } from './wide-space';

/**
 * Counts what a block with bytes beyond ASCII needs in addition, in the reading as UTF-8. Returns the mask of the bytes that
 * end white space beyond ASCII.
 */
// @ts-expect-error: AssemblyScript has decorators of functions
@inline
export function countWide(block: usize, size: usize, byteSpaces: u64): u64 {
  // The vectors, each by the address of the one before: no offset is negative.
  const a = block - 16;
  const b = block;
  const c = block + 16;
  const d = block + 32;
  tally.seen |= high;
  const faultA = faultAt(a);
  const faultB = faultAt(b);
  const faultC = faultAt(c);
  const faultD = faultAt(d);
  if (v128.any_true(union(faultA, faultB, faultC, faultD))) {
    // Bytes behind the chunk do not count: the next chunk may continue its last character.
    if (nonZero(faultA, faultB, faultC, faultD) << (64 - size)) tally.seen |= malformed;
  }
  tally.continuations += popcnt(toMask(isContinuation(a), isContinuation(b), isContinuation(c), isContinuation(d)));
  const candidates = union(mayEndSpace(a), mayEndSpace(b), mayEndSpace(c), mayEndSpace(d));
  return i8x16.bitmask(candidates) ? countWideSpaces(a, b, c, d, byteSpaces) : 0;
}

/** Signed, 80 to BF are the smallest. */
function isContinuation(before: usize): v128 {
  return i8x16.lt_s(v128.load(before, 16), splat(0xc0));
}
