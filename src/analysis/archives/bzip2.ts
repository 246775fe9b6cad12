import { Bits, expandBlock } from './bzip2-block.ts';
import { type ArchiveFile, damaged } from './reader.ts';

/** More than a compressed block can take, in bytes. */
const windowSize = 2 ** 21;
const blockSignature = [0x314159, 0x265359] as const;
const endSignature = [0x177245, 0x385090] as const;

/**
 * The content of all streams of a bzip2 file, one block a piece. Bytes behind the last stream that begin no other are ignored,
 * as bzip2 does.
 */
export async function* bunzip2(file: ArchiveFile): AsyncGenerator<Buffer> {
  let offset = 0;
  for (let blockLength = await lengthOfBlocks(file, 0); blockLength > 0; ) {
    const window = new BitWindow(file, offset + 4);
    for (;;) {
      const bits = await window.bits();
      const signature = [bits.take(24), bits.take(24)];
      if (signature[0] === endSignature[0] && signature[1] === endSignature[1]) {
        bits.take(16);
        bits.take(16);
        offset = window.nextByte;
        break;
      }
      if (signature[0] !== blockSignature[0] || signature[1] !== blockSignature[1])
        throw damaged('The compressed data are damaged.');
      yield expandBlock(bits, blockLength);
    }
    blockLength = await lengthOfBlocks(file, offset);
  }
}

/** 0 when no stream begins there, which is allowed only behind another. */
async function lengthOfBlocks(file: ArchiveFile, offset: number): Promise<number> {
  const header = /^BZh([1-9])/.exec((await file.upTo(4, offset)).toString('latin1'));
  if (header === null && offset === 0) throw damaged('The file has no bzip2 header.');
  return header === null ? 0 : Number(header[1]) * 100_000;
}

/** A part of the file that holds at least one whole block from the current bit on. */
class BitWindow {
  readonly #file: ArchiveFile;
  #start: number;
  #bits = new Bits(Buffer.alloc(0));
  #length = 0;

  constructor(file: ArchiveFile, start: number) {
    this.#file = file;
    this.#start = start;
  }

  /** The first whole byte behind what was read. */
  get nextByte(): number {
    return this.#start + Math.ceil(this.#bits.position / 8);
  }

  async bits(): Promise<Bits> {
    const read = this.#bits.position >>> 3;
    if (this.#length - read < windowSize / 2) {
      this.#start += read;
      const bytes = await this.#file.upTo(windowSize, this.#start);
      this.#length = bytes.length;
      this.#bits = new Bits(bytes, this.#bits.position & 7);
    }
    return this.#bits;
  }
}
