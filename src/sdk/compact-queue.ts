/** A UUID in lower case, with a text that travels with it. */
export interface Noted {
  readonly id: string;
  readonly note: string;
}

interface Block {
  readonly bytes: Buffer;
  filled: number;
}

const idBytes = 16;
const headBytes = idBytes + 4;
const blockBytes = 64 * 1024;

/** A FIFO queue for millions of ids. Each takes 20 bytes and its note in UTF-8, about a tenth of an object. */
export class CompactQueue {
  readonly #blocks: Block[] = [];
  /** Bytes of the first block that have been taken. */
  #taken = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push({ id, note }: Noted): void {
    const noteBytes = Buffer.byteLength(note);
    const block = this.#blockFor(headBytes + noteBytes);
    block.filled += block.bytes.write(id.replaceAll('-', ''), block.filled, 'hex');
    block.filled = block.bytes.writeUInt32LE(noteBytes, block.filled);
    block.filled += block.bytes.write(note, block.filled);
    this.#length += 1;
  }

  /** Takes up to `count` from the front. */
  take(count: number): Noted[] {
    return Array.from({ length: Math.min(count, this.#length) }, () => this.#next());
  }

  #blockFor(bytes: number): Block {
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.filled + bytes <= last.bytes.length) return last;
    const block = { bytes: Buffer.allocUnsafe(Math.max(blockBytes, bytes)), filled: 0 };
    this.#blocks.push(block);
    return block;
  }

  #next(): Noted {
    const { bytes, filled } = this.#blocks[0] as Block;
    const noteAt = this.#taken + headBytes;
    const id = bytes.toString('hex', this.#taken, this.#taken + idBytes);
    const end = noteAt + bytes.readUInt32LE(noteAt - 4);
    const note = bytes.toString('utf8', noteAt, end);
    this.#taken = end;
    this.#length -= 1;
    if (end === filled) {
      this.#blocks.shift();
      this.#taken = 0;
    }
    return { id: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), note };
  }
}
