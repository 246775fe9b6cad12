import { type FileHandle, open } from 'node:fs/promises';
import type { BlobHandle, LocalBytes } from '#domain/blob-store.ts';

/** Bytes in a local file, which the first read opens. */
export class LocalBlob implements BlobHandle {
  readonly size: number;
  readonly local: LocalBytes;
  #file: Promise<FileHandle> | undefined;

  constructor(local: LocalBytes, size: number) {
    this.local = local;
    this.size = size;
  }

  get opened(): boolean {
    return this.#file !== undefined;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    this.#file ??= open(this.local.path);
    const file = await this.#file;
    const wanted = Math.min(into.length, this.size - offset);
    let filled = 0;
    while (filled < wanted) {
      const position = (this.local.range?.offset ?? 0) + offset + filled;
      const { bytesRead } = await file.read(into, filled, wanted - filled, position);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return Math.max(filled, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#file?.catch(() => undefined))?.close();
  }
}
