import { closeSync, openSync, readSync } from 'node:fs';
import type { BlobHandle, LocalBytes } from '#domain/blob-store.ts';

/**
 * Bytes in a local file, which the first read opens. A read blocks its thread: an analysis has that to itself, and to hand each
 * read to another thread takes longer than the read.
 */
export class LocalBlob implements BlobHandle {
  readonly size: number;
  readonly local: LocalBytes;
  #descriptor: number | undefined;

  constructor(local: LocalBytes, size: number) {
    this.local = local;
    this.size = size;
  }

  get opened(): boolean {
    return this.#descriptor !== undefined;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    this.#descriptor ??= openSync(this.local.path, 'r');
    const wanted = Math.min(into.length, this.size - offset);
    let filled = 0;
    while (filled < wanted) {
      const position = (this.local.range?.offset ?? 0) + offset + filled;
      const bytesRead = readSync(this.#descriptor, into, filled, wanted - filled, position);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return Math.max(filled, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
