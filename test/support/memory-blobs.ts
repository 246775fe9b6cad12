import { createHash, randomUUIDv7 } from 'node:crypto';
import type { Blob, BlobHandle, BlobReader, BlobStore, StagedBlob, StageOptions } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';

/** Blobs without a path, as those of an object store are. */
export class MemoryBlobs implements BlobStore, BlobReader {
  readonly #contents = new Map<string, Buffer>();

  async stage({ copyOf }: StageOptions = {}): Promise<StagedBlob> {
    const chunks: Buffer[] = [];
    const discard = async () => void chunks.splice(0);
    return {
      get size() {
        return Buffer.concat(chunks).length;
      },
      write: async (chunk) => void chunks.push(Buffer.from(chunk)),
      sha256: async () => createHash('sha256').update(Buffer.concat(chunks)).digest('hex'),
      commit: async () => this.#keep(Buffer.concat(chunks), copyOf),
      discard,
      [Symbol.asyncDispose]: discard,
    };
  }

  async keep(contents: readonly Uint8Array[]): Promise<readonly Blob[]> {
    return contents.map((content) => this.#keep(Buffer.from(content)));
  }

  async remove(storageKey: string): Promise<void> {
    this.#contents.delete(storageKey);
  }

  async open(storageKey: string): Promise<BlobHandle> {
    const content = this.#contents.get(storageKey);
    if (content === undefined) throw new FilemillError('BLOB_MISSING');
    return memoryBlob(content);
  }

  #keep(content: Buffer, id: string = randomUUIDv7()): Blob {
    const storageKey = randomUUIDv7();
    this.#contents.set(storageKey, content);
    return { id, storageKey };
  }
}

/** For the threads of an analysis: a store in which each content is its own key. */
export function openBlobs(): BlobReader {
  return {
    open: async (storageKey) => {
      if (storageKey === 'gone') throw new FilemillError('BLOB_MISSING');
      return memoryBlob(Buffer.from(storageKey));
    },
  };
}

export function memoryBlob(content: Buffer): BlobHandle {
  const read = async (offset: number, into: Uint8Array) => content.copy(into, 0, Math.min(offset, content.length));
  return { size: content.length, read, [Symbol.asyncDispose]: async () => undefined };
}
