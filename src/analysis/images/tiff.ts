import type { BlobBytes } from '../containers/blob-bytes.ts';
import { damaged, exactly, type ImageHeader, type ReadHeader } from './header.ts';

const maxPages = 10_000;
const maxRawPages = 16;
const maxFields = 1_000;
const maxInner = 8;

/** Tags. */
const width = 256;
const height = 257;
const bitsPerSample = 258;
const interpretation = 262;
const innerPages = 330;
const colors: Readonly<Record<number, ImageHeader['color']>> = {
  0: 'gray',
  1: 'gray',
  2: 'rgb',
  3: 'palette',
  5: 'cmyk',
  6: 'rgb',
};

/** The first page, and the number of pages. Source: TIFF revision 6.0; for BigTIFF, the LibTIFF design of 2004. */
export const tiff: ReadHeader = async (bytes) => {
  const layout = layoutOf(await exactly(bytes, 0, 16));
  let first: ImageHeader | undefined;
  let frames = 0;
  for await (const page of pagesFrom(bytes, layout.first, layout, maxPages)) {
    first ??= headerOf(page);
    frames += 1;
  }
  if (first === undefined) throw damaged();
  return { ...first, frames };
};

/** A camera's raw file: its largest image, as the first is often a preview. Source: TIFF/EP (ISO 12234-2). */
export const cameraRaw: ReadHeader = async (bytes) => {
  const layout = layoutOf(await exactly(bytes, 0, 16));
  let largest: ImageHeader | undefined;
  const add = (page: Page) => {
    const header = headerOf(page);
    if (header.width * header.height > (largest?.width ?? 0) * (largest?.height ?? 0)) largest = header;
  };
  for await (const page of pagesFrom(bytes, layout.first, layout, maxRawPages)) {
    add(page);
    for (const at of page.inner) for await (const inner of pagesFrom(bytes, at, layout, maxRawPages)) add(inner);
  }
  if (largest === undefined) throw damaged();
  return largest;
};

/** Pages, each of which tells where the next is, up to one that is damaged. */
async function* pagesFrom(bytes: BlobBytes, start: number, layout: Layout, most: number): AsyncGenerator<Page> {
  const seen = new Set<number>();
  for (let at = start; at > 0 && !seen.has(at) && seen.size < most; ) {
    seen.add(at);
    const page = await pageAt(bytes, at, layout).catch(() => undefined);
    if (page === undefined) return;
    yield page;
    at = page.next;
  }
}

function headerOf({ fields }: Page): ImageHeader {
  const color = colors[fields.get(interpretation) ?? -1];
  return {
    width: fields.get(width) ?? 0,
    height: fields.get(height) ?? 0,
    bitDepth: fields.get(bitsPerSample) ?? 1,
    ...(color !== undefined && { color }),
  };
}

interface Layout {
  readonly first: number;
  readonly isBig: boolean;
  readonly u16: (bytes: Buffer, at: number) => number;
  readonly u32: (bytes: Buffer, at: number) => number;
  /** A place in the file: of 64 bits in a BigTIFF. */
  readonly place: (bytes: Buffer, at: number) => number;
}

function layoutOf(head: Buffer): Layout {
  const isLittle = head[0] === 0x49;
  const u16: Layout['u16'] = isLittle ? (bytes, at) => bytes.readUInt16LE(at) : (bytes, at) => bytes.readUInt16BE(at);
  const u32: Layout['u32'] = isLittle ? (bytes, at) => bytes.readUInt32LE(at) : (bytes, at) => bytes.readUInt32BE(at);
  const isBig = u16(head, 2) === 43;
  const u64: Layout['place'] = (bytes, at) => Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  const place = isBig ? u64 : u32;
  return { first: place(head, isBig ? 8 : 4), isBig, u16, u32, place };
}

interface Page {
  readonly fields: ReadonlyMap<number, number>;
  /** Where its inner pages are, of which a raw file has some. */
  readonly inner: readonly number[];
  readonly next: number;
}

async function pageAt(bytes: BlobBytes, at: number, layout: Layout): Promise<Page> {
  const { isBig, u16, place } = layout;
  const countLength = isBig ? 8 : 2;
  const fieldLength = isBig ? 20 : 12;
  const start = await exactly(bytes, at, countLength);
  const count = isBig ? place(start, 0) : u16(start, 0);
  if (count > maxFields) throw damaged();
  const list = await exactly(bytes, at + countLength, count * fieldLength);
  const fields = new Map<number, number>();
  let inner: readonly number[] = [];
  for (let field = 0; field < list.length; field += fieldLength) {
    if (u16(list, field) === innerPages)
      inner = await placesOf(bytes, list.subarray(field, field + fieldLength), layout);
    fields.set(u16(list, field), await firstValue(bytes, list.subarray(field, field + fieldLength), layout));
  }
  const next = await bytes.at(at + countLength + list.length, isBig ? 8 : 4);
  return { fields, inner, next: next.length < (isBig ? 8 : 4) ? 0 : place(next, 0) };
}

async function placesOf(bytes: BlobBytes, field: Buffer, { isBig, place }: Layout): Promise<readonly number[]> {
  const length = isBig ? 8 : 4;
  const count = Math.min(place(field, 4), maxInner);
  if (count <= 1) return [place(field, 4 + length)];
  const list = await exactly(bytes, place(field, 4 + length), count * length);
  return Array.from({ length: count }, (_, at) => place(list, at * length));
}

/** The first value of a field: values that are too long for it are elsewhere. */
async function firstValue(bytes: BlobBytes, field: Buffer, { isBig, u16, u32, place }: Layout): Promise<number> {
  const isShort = u16(field, 2) === 3;
  const valueAt = isBig ? 12 : 8;
  const length = (isShort ? 2 : 4) * place(field, 4);
  const isElsewhere = length > (isBig ? 8 : 4) && u16(field, 0) === bitsPerSample;
  const value = isElsewhere ? await exactly(bytes, place(field, valueAt), 4) : field.subarray(valueAt);
  return isShort ? u16(value, 0) : u32(value, 0);
}
