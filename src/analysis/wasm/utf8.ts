import { highHalves, lookUp, lowHalves, splat } from './block';

/**
 * Nonzero where UTF-8 does not allow a byte after those before it. `before` is the address of the previous vector.
 *
 * By John Keiser and Daniel Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021),
 * https://arxiv.org/abs/2010.03090: three halves of two neighbouring bytes show every fault, and a table for
 * each half lists the faults that it allows. Two continuations in a row are valid if the bytes before them require a third
 * or a fourth byte.
 */
export function faultAt(before: usize): v128 {
  const now = v128.load(before, 16);
  const last = v128.load(before, 15);
  const byFirst = v128.and(
    lookUp(v128.load(firstHigh), highHalves(last)),
    lookUp(v128.load(firstLow), lowHalves(last)),
  );
  const faults = v128.and(byFirst, lookUp(v128.load(secondHigh), highHalves(now)));
  const third = i8x16.sub_sat_u(v128.load(before, 14), splat(0xe0 - 0x80));
  const fourth = i8x16.sub_sat_u(v128.load(before, 13), splat(0xf0 - 0x80));
  return v128.xor(faults, v128.and(v128.or(third, fourth), splat(continuations)));
}

/** The faults. A character ends too early. */
const short: u8 = 1;
/** A continuation after ASCII. */
const long: u8 = 2;
/** A continuation after a continuation. */
const continuations: u8 = 128;
/** C0, C1. */
const overlong2: u8 = 32;
/** E0 before less than A0. */
const overlong3: u8 = 4;
/** F0 before less than 90; also F5 and above before less than 90. */
const overlong4: u8 = 64;
/** ED before A0 and above. */
const surrogate: u8 = 16;
/** F4 and above before 90 and above. */
const large: u8 = 8;

const any: u8 = short | long | continuations;
/** F5 to FF. */
const beyond: u8 = any | large | overlong4;

const firstHigh: usize = memory.data<u8>([
  long, long, long, long, long, long, long, long, // ASCII
  continuations, continuations, continuations, continuations,
  short | overlong2, // C0 to CF
  short,
  short | overlong3 | surrogate,
  short | large | overlong4,
], 16);
const firstLow: usize = memory.data<u8>([
  any | overlong2 | overlong3 | overlong4, // C0, E0, F0
  any | overlong2, // C1
  any,
  any,
  any | large, // F4
  beyond, beyond, beyond, beyond, beyond, beyond, beyond, beyond,
  beyond | surrogate, // ED
  beyond, beyond,
], 16);
const secondHigh: usize = memory.data<u8>([
  short, short, short, short, short, short, short, short,
  long | continuations | overlong2 | overlong3 | overlong4, // 80 to 8F
  long | continuations | overlong2 | overlong3 | large,
  long | continuations | overlong2 | surrogate | large,
  long | continuations | overlong2 | surrogate | large,
  short, short, short, short,
], 16);
