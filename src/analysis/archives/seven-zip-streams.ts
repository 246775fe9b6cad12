import { checkedSize, type FieldReader } from './field-reader.ts';
import { damaged } from './reader.ts';

/** What the header of a 7z archive says about its packed data. */
export interface Streams {
  /** Where the first one is, behind the signature header. */
  readonly packAt: number;
  readonly packSizes: readonly number[];
  readonly folders: readonly Folder[];
  /** Sizes of the files in all folders, in order. */
  readonly sizes: readonly number[];
}

/** Files that are packed together. */
export interface Folder {
  readonly coders: readonly Coder[];
  /** Which of the outputs of the coders is that of the folder. */
  readonly mainOutput: number;
  readonly outputs: number;
  unpackSizes: readonly number[];
  checksum: number | undefined;
}

export interface Coder {
  /** In hexadecimal. */
  readonly method: string;
  readonly properties: Buffer;
}

/** Ids of properties. */
const end = 0x00;
const packInfo = 0x06;
const unpackInfo = 0x07;
const substreamsInfo = 0x08;
const sizeId = 0x09;
const checksumId = 0x0a;
const folderId = 0x0b;
const unpackSizeId = 0x0c;
const countId = 0x0d;

export function streamsOf(fields: FieldReader): Streams {
  let [packAt, packSizes, folders]: [number, readonly number[], readonly Folder[]] = [0, [], []];
  let sizes: readonly number[] | undefined;
  for (let id = fields.u8(); id !== end; id = fields.u8()) {
    if (id === packInfo) {
      packAt = numberOf(fields);
      packSizes = packSizesOf(fields);
    } else if (id === unpackInfo) folders = foldersOf(fields);
    else if (id === substreamsInfo) sizes = substreamSizes(fields, folders);
    else throw broken();
  }
  return { packAt, packSizes, folders, sizes: sizes ?? folders.map(sizeOf) };
}

function packSizesOf(fields: FieldReader): readonly number[] {
  const count = countOf(fields);
  let sizes: readonly number[] = [];
  for (let id = fields.u8(); id !== end; id = fields.u8()) {
    if (id === sizeId) sizes = numbersOf(fields, count);
    else if (id === checksumId) checksums(fields, count);
    else throw broken();
  }
  return sizes;
}

function foldersOf(fields: FieldReader): readonly Folder[] {
  expect(fields, folderId);
  const count = countOf(fields);
  if (fields.u8() !== 0) throw broken();
  const folders = Array.from({ length: count }, () => folderOf(fields));
  expect(fields, unpackSizeId);
  for (const folder of folders) folder.unpackSizes = numbersOf(fields, folder.outputs);
  for (let id = fields.u8(); id !== end; id = fields.u8()) {
    if (id !== checksumId) throw broken();
    const found = checksums(fields, count);
    folders.forEach((folder, at) => {
      folder.checksum = found[at];
    });
  }
  return folders;
}

function folderOf(fields: FieldReader): Folder {
  const coders: Coder[] = [];
  let [inputs, outputs] = [0, 0];
  for (let left = smallCount(fields, 32); left > 0; left--) {
    const flags = fields.u8();
    const method = fields.take(flags & 0x0f).toString('hex');
    inputs += (flags & 0x10) !== 0 ? smallCount(fields, 32) : 1;
    outputs += (flags & 0x10) !== 0 ? smallCount(fields, 32) : 1;
    coders.push({ method, properties: (flags & 0x20) !== 0 ? fields.take(numberOf(fields)) : Buffer.alloc(0) });
  }
  if (outputs === 0) throw broken();
  const bound = new Set<number>();
  for (let left = outputs - 1; left > 0; left--) {
    numberOf(fields);
    bound.add(numberOf(fields));
  }
  const packed = inputs - (outputs - 1);
  if (packed > 1) numbersOf(fields, packed);
  let mainOutput = 0;
  while (bound.has(mainOutput)) mainOutput += 1;
  return { coders, mainOutput, outputs, unpackSizes: [], checksum: undefined };
}

/** Sizes of files: those of a folder but the last, which has what is left. */
function substreamSizes(fields: FieldReader, folders: readonly Folder[]): readonly number[] {
  let counts = folders.map(() => 1);
  let id = fields.u8();
  if (id === countId) {
    counts = folders.map(() => countOf(fields));
    id = fields.u8();
  }
  const sizes: number[] = [];
  for (const [at, folder] of folders.entries()) {
    const count = counts[at] as number;
    if (count === 0) continue;
    const stated = id === sizeId ? numbersOf(fields, count - 1) : [];
    const last = sizeOf(folder) - stated.reduce((sum, size) => sum + size, 0);
    if (last < 0) throw broken();
    for (const size of stated) sizes.push(size);
    sizes.push(last);
  }
  if (id === sizeId) id = fields.u8();
  const unknown = folders.reduce(
    (sum, { checksum }, at) => sum + (counts[at] === 1 && checksum !== undefined ? 0 : (counts[at] as number)),
    0,
  );
  for (; id !== end; id = fields.u8()) {
    if (id !== checksumId) throw broken();
    checksums(fields, unknown);
  }
  return sizes;
}

function sizeOf({ unpackSizes, mainOutput }: Folder): number {
  return unpackSizes[mainOutput] ?? 0;
}

function checksums(fields: FieldReader, count: number): readonly (number | undefined)[] {
  const isDefined = fields.u8() !== 0 ? undefined : bitsOf(fields, count);
  return Array.from({ length: count }, (_, at) =>
    isDefined === undefined || isDefined[at] ? fields.u32() : undefined,
  );
}

/** One bit for each, the highest first. */
export function bitsOf(fields: FieldReader, count: number): readonly boolean[] {
  const bytes = fields.take(Math.ceil(count / 8));
  return Array.from({ length: count }, (_, at) => ((bytes[at >> 3] as number) & (0x80 >> (at & 7))) !== 0);
}

function numbersOf(fields: FieldReader, count: number): readonly number[] {
  return Array.from({ length: count }, () => numberOf(fields));
}

/** The first byte says, by its leading ones, how many bytes follow; its other bits are the highest of the number. */
export function numberOf(fields: FieldReader): number {
  const first = fields.u8();
  let value = 0;
  let mask = 0x80;
  for (let at = 0; at < 8; at++, mask >>= 1) {
    if ((first & mask) === 0) return checkedSize(value + (first & (mask - 1)) * 256 ** at);
    value += fields.u8() * 256 ** at;
  }
  return checkedSize(value);
}

/** A number of things of which each takes at least one bit of the header: fewer than there are bits. */
export function countOf(fields: FieldReader): number {
  return smallCount(fields, fields.bytes.length * 8);
}

function smallCount(fields: FieldReader, most: number): number {
  const count = numberOf(fields);
  if (count > most) throw broken();
  return count;
}

function expect(fields: FieldReader, id: number): void {
  if (fields.u8() !== id) throw broken();
}

function broken() {
  return damaged('The header of the archive is damaged.');
}
