import type { BlobBytes } from '../containers/blob-bytes.ts';
import { exactly, type ReadHeader } from './header.ts';

/** The most images that are counted, and the most bytes that are read to count them. */
const maxFrames = 100_000;
const maxBytes = 64 * 2 ** 20;
const window = 2 ** 18;

/** Source: "Graphics Interchange Format", version 89a. */
export const gif: ReadHeader = async (bytes) => {
  const head = await exactly(bytes, 0, 13);
  const flags = head[10] as number;
  const start = 13 + tableLength(flags);
  return {
    width: head.readUInt16LE(6),
    height: head.readUInt16LE(8),
    bitDepth: (flags & 7) + 1,
    color: 'palette',
    frames: await countFrames(bytes, start),
  };
};

/** The table of colours, if the flags say that there is one. */
function tableLength(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Images up to the end, or to where the file is damaged or cut off. */
async function countFrames(bytes: BlobBytes, start: number): Promise<number> {
  const blocks = new Blocks(bytes, start);
  let frames = 0;
  while (frames < maxFrames) {
    const kind = await blocks.byte();
    if (kind === 0x21) await blocks.skip(1);
    else if (kind === 0x2c) {
      await blocks.skip(8);
      await blocks.skip(tableLength(await blocks.byte()) + 1);
      frames += 1;
    } else break;
    if (!(await blocks.skipBlocks())) break;
  }
  return frames;
}

class Blocks {
  readonly #bytes: BlobBytes;
  readonly #end: number;
  #at: number;
  #start = 0;
  #window: Buffer = Buffer.alloc(0);

  constructor(bytes: BlobBytes, at: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = Math.min(bytes.size, maxBytes);
  }

  /** -1 behind the end. */
  async byte(): Promise<number> {
    if (this.#at >= this.#end) return -1;
    if (this.#at < this.#start || this.#at >= this.#start + this.#window.length) {
      this.#start = this.#at;
      this.#window = await this.#bytes.at(this.#at, window);
    }
    return this.#window[this.#at++ - this.#start] ?? -1;
  }

  async skip(length: number): Promise<void> {
    this.#at += length;
  }

  /** Blocks, each behind its length, up to an empty one; false when the file ends before. */
  async skipBlocks(): Promise<boolean> {
    for (;;) {
      const length = await this.byte();
      if (length <= 0) return length === 0;
      this.#at += length;
    }
  }
}
