import { damaged, type ImageHeader } from './header.ts';

const ratios = [0, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2];
const lengths = [9, 13, 18, 30];

/** The size at the start of a codestream, in bits, the lowest first. Source: ISO/IEC 18181-1, D.2. */
export function jpegXlSize(stream: Buffer): ImageHeader {
  if (stream.length < 9) throw damaged();
  let bits = stream.readBigUInt64LE(0) | (BigInt(stream[8] as number) << 64n);
  const take = (count: number) => {
    const value = Number(bits & ((1n << BigInt(count)) - 1n));
    bits >>= BigInt(count);
    return value;
  };
  const isSmall = take(1) === 1;
  const side = () => (isSmall ? (take(5) + 1) * 8 : take(lengths[take(2)] as number) + 1);
  const height = side();
  const ratio = ratios[take(3)] as number;
  return { width: ratio === 0 ? side() : Math.floor(height * ratio), height };
}
