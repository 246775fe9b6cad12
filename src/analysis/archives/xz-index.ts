import { type ArchiveFile, damaged } from './reader.ts';

const headerLength = 12;
const footerLength = 12;
/** The largest index that is read, in bytes. */
const maxIndex = 16 * 2 ** 20;

/**
 * Bytes of the content of all streams of an .xz file, which their indices state: nothing is decompressed.
 *
 * Source: "The .xz File Format", version 1.2.1, 2 and 4.
 */
export async function xzContentSize(file: ArchiveFile): Promise<number> {
  let total = 0;
  for (let end = await withoutPadding(file, file.size); end > 0; ) {
    const footer = await file.upTo(footerLength, Math.max(0, end - footerLength));
    if (footer.length < footerLength || footer.toString('latin1', 10) !== 'YZ') throw cut();
    const indexLength = (footer.readUInt32LE(4) + 1) * 4;
    const indexAt = end - footerLength - indexLength;
    if (indexAt < headerLength || indexLength > maxIndex) throw cut();
    const { stored, content } = indexSums(await file.exactly(indexLength, indexAt));
    total += content;
    end = await withoutPadding(file, indexAt - stored - headerLength);
  }
  return total;
}

/** Streams may be followed by zeros, in multiples of four bytes. */
async function withoutPadding(file: ArchiveFile, from: number): Promise<number> {
  let end = from;
  if (end < 0) throw cut();
  for (; end >= 4; ) {
    const before = Math.min(end, 2 ** 16);
    const bytes = await file.exactly(before, end - before);
    let zeros = 0;
    while (zeros + 4 <= before && bytes.readUInt32LE(before - zeros - 4) === 0) zeros += 4;
    end -= zeros;
    if (zeros + 4 <= before) break;
  }
  return end;
}

/** The sizes of all blocks, as they are stored and when expanded. */
function indexSums(index: Buffer): { stored: number; content: number } {
  const numbers = new Varints(index, 1);
  if (index[0] !== 0) throw cut();
  let [stored, content] = [0, 0];
  for (let left = numbers.next(); left > 0; left--) {
    stored += Math.ceil(numbers.next() / 4) * 4;
    content += numbers.next();
  }
  return { stored, content };
}

/** Numbers of 7 bits a byte, the lowest first. */
class Varints {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  next(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 63; factor *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw cut();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw cut();
  }
}

function cut() {
  return damaged('The index of the compressed data is damaged or cut off.');
}
