import { type ArchiveFile, cutOff } from './reader.ts';

/** Reads bytes one after the other. */
export interface Cursor {
  /** Fewer than `length` only at the end. */
  read(length: number): Promise<Buffer>;
  /** @throws UnreadableFile when there are fewer */
  skip(length: number): Promise<void>;
}

export class FileCursor implements Cursor {
  position = 0;
  readonly #file: ArchiveFile;

  constructor(file: ArchiveFile) {
    this.#file = file;
  }

  async read(length: number): Promise<Buffer> {
    const bytes = await this.#file.upTo(length, this.position);
    this.position += bytes.length;
    return bytes;
  }

  async skip(length: number): Promise<void> {
    this.position += length;
    if (this.position > this.#file.size) throw cutOff();
  }
}

/** Reads what a decompressor gives. */
export class StreamCursor implements Cursor, AsyncDisposable {
  readonly #pieces: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async read(length: number): Promise<Buffer> {
    const bytes = await this.peek(length);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  /** The next bytes, which stay to be read. */
  async peek(length: number): Promise<Buffer> {
    const pieces = [this.#rest];
    let available = this.#rest.length;
    while (available < length) {
      const { value, done } = await this.#pieces.next();
      if (done) break;
      pieces.push(value);
      available += value.length;
    }
    if (pieces.length > 1) this.#rest = Buffer.concat(pieces);
    return this.#rest.subarray(0, length);
  }

  /** The next piece, of any length; empty at the end. */
  async next(): Promise<Buffer> {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    if (rest.length > 0) return rest;
    const { value, done } = await this.#pieces.next();
    return done ? rest : value;
  }

  async skip(length: number): Promise<void> {
    let left = length;
    while (left > 0) {
      const piece = await this.next();
      if (piece.length === 0) throw cutOff();
      this.#rest = piece.subarray(Math.min(left, piece.length));
      left -= piece.length - this.#rest.length;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces.return?.();
  }
}
