import type { BlobBytes } from '../containers/blob-bytes.ts';

/** An element of EBML: an id, a size and content, which may be other elements. */
export interface Element {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

export const segmentId = 0x1853_8067;
export const clusterId = 0x1f43_b675;
/** Those that a live recording writes before it knows their size. */
const mayBeOfUnknownSize = [segmentId, clusterId];
/** The most elements of one that are looked through. */
const maxElements = 200_000;

/**
 * The elements in a part of a file. One of unknown size is given, and then those in it, as if they were behind it.
 *
 * Source: RFC 8794, 5 and 6.
 */
export async function* elementsIn(bytes: BlobBytes, from: number, until: number): AsyncGenerator<Element> {
  let at = from;
  for (let left = maxElements; left > 0 && at < until; left--) {
    const head = await bytes.at(at, 12);
    const idLength = Math.clz32((head[0] ?? 0) << 24) + 1;
    const sizeLength = Math.clz32((head[idLength] ?? 0) << 24) + 1;
    if (idLength > 4 || sizeLength > 8 || idLength + sizeLength > head.length) return;
    const start = at + idLength + sizeLength;
    const size = sizeOf(head.subarray(idLength, idLength + sizeLength));
    const id = head.readUIntBE(0, idLength);
    if (size === undefined && !mayBeOfUnknownSize.includes(id)) return;
    yield { id, start, end: Math.min(size === undefined ? until : start + size, until) };
    at = size === undefined ? start : start + size;
  }
}

/** The first one of a byte tells the length; all ones behind it mean that the size is unknown. */
function sizeOf(field: Buffer): number | undefined {
  const most = 2 ** (7 * field.length) - 1;
  const marker = 2 ** (8 - field.length);
  const size = field.subarray(1).reduce((value, byte) => value * 256 + byte, (field[0] as number) % marker);
  return size >= most ? undefined : size;
}

export async function numberIn(bytes: BlobBytes, { start, end }: Element): Promise<number> {
  return (await bytes.at(start, Math.min(end - start, 8))).reduce((value, byte) => value * 256 + byte, 0);
}

export async function floatIn(bytes: BlobBytes, { start, end }: Element): Promise<number> {
  const field = await bytes.at(start, Math.min(end - start, 8));
  return field.length === 4 ? field.readFloatBE() : field.length === 8 ? field.readDoubleBE() : 0;
}

/** Up to 1,000 bytes of a text. */
export async function textIn(bytes: BlobBytes, { start, end }: Element): Promise<string> {
  return (await bytes.at(start, Math.min(end - start, 1_000))).toString().replace(/\0.*$/s, '');
}
