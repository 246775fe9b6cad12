import type { BlobHandle } from '#domain/blob-store.ts';

/** Blobs up to this size are read at once, in bytes. */
const smallSize = 2 ** 20;

/** The bytes of a blob at any position. A small blob is read only once. */
export class BlobBytes {
  readonly size: number;
  readonly #blob: BlobHandle;
  #whole: Promise<Buffer> | undefined;

  constructor(blob: BlobHandle) {
    this.#blob = blob;
    this.size = blob.size;
  }

  /** The bytes from `offset` on: less than `length` only at the end of the blob. */
  async at(offset: number, length: number): Promise<Buffer> {
    if (offset < 0 || offset >= this.size) return Buffer.alloc(0);
    if (this.size > smallSize) return await this.#read(offset, Math.min(length, this.size - offset));
    this.#whole ??= this.#read(0, this.size);
    return (await this.#whole).subarray(offset, offset + length);
  }

  async #read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, await this.#blob.read(offset, bytes));
  }
}
