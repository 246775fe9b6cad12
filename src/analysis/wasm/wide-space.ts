import { earlier, highHalves, lookUp, lowHalves, nonZero, splat, union } from './block';
import { tally } from './tally';

/**
 * Sets the highest bit where white space beyond ASCII may end: C2 is one byte before, or E1, E2 or E3 two bytes before.
 * `before` is the address of the previous vector.
 */
export function mayEndSpace(before: usize): v128 {
  const afterC2 = i8x16.eq(v128.load(before, 15), splat(0xc2));
  const afterE1 = i8x16.le_u(i8x16.sub(v128.load(before, 14), splat(0xe1)), splat(0xe3 - 0xe1));
  return v128.or(afterC2, afterE1);
}

/**
 * Returns the mask of the bytes that end such white space, and subtracts the words that seemed to begin with its first byte.
 * Each vector is given by the address of the one before it.
 */
export function countWideSpaces(a: usize, b: usize, c: usize, d: usize, byteSpaces: u64): u64 {
  const kindA = kindAt(a);
  const kindB = kindAt(b);
  const kindC = kindAt(c);
  const kindD = kindAt(d);
  if (!v128.any_true(union(kindA, kindB, kindC, kindD))) return 0;
  const ends = nonZero(kindA, kindB, kindC, kindD);
  const two = splat(ofTwo);
  const pairs = nonZero(v128.and(kindA, two), v128.and(kindB, two), v128.and(kindC, two), v128.and(kindD, two));
  const spaces = byteSpaces | ends;
  tally.words -= popcnt(pairs & earlier(spaces, tally.spaces, 2));
  tally.words -= popcnt(ends & ~pairs & earlier(spaces, tally.spaces, 3));
  return ends;
}

/** The kind of white space that ends at each byte, or 0: the kind that the halves of all its bytes have in common. */
function kindAt(before: usize): v128 {
  const now = v128.load(before, 16);
  const last = v128.load(before, 15);
  const secondLast = v128.load(before, 14);
  const byNow = v128.and(lookUp(v128.load(nowHigh), highHalves(now)), lookUp(v128.load(nowLow), lowHalves(now)));
  const byLast = v128.and(lookUp(v128.load(lastHigh), highHalves(last)), lookUp(v128.load(lastLow), lowHalves(last)));
  const bySecondLast = v128.and(
    lookUp(v128.load(secondLastHigh), highHalves(secondLast)),
    lookUp(v128.load(secondLastLow), lowHalves(secondLast)),
  );
  return v128.and(v128.and(byNow, byLast), bySecondLast);
}

/** E2 80 80 to E2 80 8A: U+2000 to U+200A. */
const quads: u8 = 1;
/** E2 80 A8, E2 80 A9 and E2 80 AF: U+2028, U+2029 and U+202F. */
const separators: u8 = 2;
/** E2 81 9F: U+205F. */
const mathematical: u8 = 4;
/** E1 9A 80: U+1680. */
const ogham: u8 = 8;
/** E3 80 80: U+3000. */
const ideographic: u8 = 16;
/** C2 85: U+0085. */
const nextLine: u8 = 32;
/** C2 A0: U+00A0. */
const noBreak: u8 = 64;

const ofTwo: u8 = nextLine | noBreak;
const ofThree: u8 = quads | separators | mathematical | ogham | ideographic;

/** The kinds that each half allows, for the last byte and the two before it. */
const nowHigh: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0,
  quads | ogham | ideographic | nextLine, mathematical, separators | noBreak, 0, 0, 0, 0, 0,
], 16);
const nowLow: usize = memory.data<u8>([
  quads | ogham | ideographic | noBreak, quads, quads, quads, quads, quads | nextLine, quads, quads,
  quads | separators, quads | separators, quads, 0, 0, 0, 0, mathematical | separators,
], 16);
const lastHigh: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0,
  quads | separators | mathematical | ideographic, ogham, 0, 0, ofTwo, 0, 0, 0,
], 16);
const lastLow: usize = memory.data<u8>([
  quads | separators | ideographic, mathematical, ofTwo, 0, 0, 0, 0, 0,
  0, 0, ogham, 0, 0, 0, 0, 0,
], 16);
const secondLastHigh: usize = memory.data<u8>([
  ofTwo, ofTwo, ofTwo, ofTwo, ofTwo, ofTwo, ofTwo, ofTwo,
  ofTwo, ofTwo, ofTwo, ofTwo, ofTwo, ofTwo, ofTwo | ofThree, ofTwo,
], 16);
const secondLastLow: usize = memory.data<u8>([
  ofTwo, ofTwo | ogham, ofTwo | quads | separators | mathematical, ofTwo | ideographic, ofTwo, ofTwo, ofTwo, ofTwo,
  ofTwo, ofTwo, ofTwo, ofTwo, ofTwo, ofTwo, ofTwo, ofTwo,
], 16);
