import type { Random } from '../random.ts';

/** Bytes near `seeds`: whole, cut, flipped, spliced, with lengths that lie, or nothing but noise. */
export function mutated(seeds: readonly Buffer[], random: Random): Buffer {
  let bytes: Buffer = pick(seeds, random);
  for (let left = random.between(0, 4); left > 0; left -= 1) bytes = pick(mutations, random)(bytes, random, seeds);
  return bytes.subarray(0, 100_000);
}

export function pick<T>(from: readonly T[], random: Random): T {
  return from[random.between(0, from.length - 1)] as T;
}

export function noise(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => random.between(0, 255)));
}

type Mutation = (bytes: Buffer, random: Random, seeds: readonly Buffer[]) => Buffer;

const mutations: readonly Mutation[] = [
  (_, random) => noise(random.between(0, 200), random),
  (bytes, random) => bytes.subarray(0, random.between(0, bytes.length)),
  (bytes, random) => bytes.subarray(random.between(0, bytes.length)),
  (bytes, random) => inserted(bytes, noise(random.between(1, 20), random), random),
  (bytes, random) => inserted(bytes, pick(awkward, random), random),
  (bytes, random, seeds) => inserted(bytes, pick(seeds, random), random),
  (bytes) => Buffer.concat([bytes, bytes]),
  (bytes, random) => {
    const flipped = Buffer.from(bytes);
    if (flipped.length > 0) {
      const at = random.between(0, flipped.length - 1);
      flipped[at] = (flipped[at] as number) ^ (1 << random.between(0, 7));
    }
    return flipped;
  },
];

/** Longest and overlong varints, lengths past the end, groups that never close, broken UTF-8, deep nesting. */
const awkward: readonly Buffer[] = [
  Buffer.from('ffffffffffffffffff01', 'hex'),
  Buffer.from('80808080808080808080808080', 'hex'),
  Buffer.from('0affffffff0f', 'hex'),
  Buffer.from('0a7f', 'hex'),
  Buffer.from('0b', 'hex'),
  Buffer.from('0c', 'hex'),
  Buffer.from('00', 'hex'),
  Buffer.from('0a02c328', 'hex'),
  Buffer.from('0a03eda080', 'hex'),
  Buffer.from('0a0100', 'hex'),
  Buffer.alloc(2_000, 0x0b),
  Buffer.concat(Array.from({ length: 200 }, (_, n) => Buffer.of(0x0a, Math.min(127, 2 * (200 - n))))),
];

function inserted(bytes: Buffer, more: Buffer, random: Random): Buffer {
  const at = random.between(0, bytes.length);
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}
