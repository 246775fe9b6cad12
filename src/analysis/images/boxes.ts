import type { BlobBytes } from '../containers/blob-bytes.ts';

const maxBoxes = 10_000;

/** A box: a length, a name and content, of which some boxes hold other boxes. */
export interface Box {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Source: ISO/IEC 14496-12, 4.2. */
export async function* boxesIn(bytes: BlobBytes, from: number, until: number): AsyncGenerator<Box> {
  let left = maxBoxes;
  for (let at = from; at + 8 <= until && left > 0; left--) {
    const head = await bytes.at(at, 16);
    if (head.length < 8) return;
    const short = head.readUInt32BE(0);
    const isLong = short === 1 && head.length === 16;
    const length = isLong ? Number(head.readBigUInt64BE(8)) : short === 0 ? until - at : short;
    if (length < 8) return;
    yield { name: head.toString('latin1', 4, 8), start: at + (isLong ? 16 : 8), end: Math.min(at + length, until) };
    at += length;
  }
}

/** The first box at the end of a path of names. */
export async function findBox(
  bytes: BlobBytes,
  [name, ...rest]: readonly string[],
  within: Pick<Box, 'start' | 'end'>,
): Promise<Box | undefined> {
  for await (const box of boxesIn(bytes, within.start, within.end)) {
    if (box.name !== name) continue;
    if (rest.length === 0) return box;
    // "meta" begins with a version and flags.
    return await findBox(bytes, rest, { start: box.start + (name === 'meta' ? 4 : 0), end: box.end });
  }
  return undefined;
}
