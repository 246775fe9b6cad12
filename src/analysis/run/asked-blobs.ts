import type { BlobHandle, BlobReader } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import { blobFailure, type Failure, storable } from './failure.ts';

/**
 * An isolate asks its parent for the bytes of its file, as it may not connect to a store. The parent knows which file that is, so
 * that no content can make the isolate read another.
 */
export interface Ask {
  readonly number: number;
  /** The size of the file if there is no range. */
  readonly range?: { readonly offset: number; readonly length: number };
}

export type Given = { readonly number: number } & (
  | { readonly size: number }
  | { readonly bytes: Uint8Array }
  | { readonly failure: Failure }
);

/** The file of an order, in the isolate: the parent gives its bytes. */
export class AskedBlobs implements BlobReader {
  readonly #send: (ask: Ask) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<Given>>();
  #asked = 0;

  constructor(send: (ask: Ask) => void) {
    this.#send = send;
  }

  async open(): Promise<BlobHandle> {
    const given = await this.#ask();
    const size = 'size' in given ? given.size : 0;
    return { size, read: (offset, into) => this.#read(offset, into), [Symbol.asyncDispose]: async () => undefined };
  }

  give(given: Given): void {
    this.#waiting.get(given.number)?.resolve(given);
    this.#waiting.delete(given.number);
  }

  async #read(offset: number, into: Uint8Array): Promise<number> {
    const given = await this.#ask({ offset, length: into.length });
    if (!('bytes' in given)) return 0;
    into.set(given.bytes);
    return given.bytes.length;
  }

  /** @throws FilemillError as the reader of the parent does */
  async #ask(range?: Ask['range']): Promise<Given> {
    const answer = Promise.withResolvers<Given>();
    const number = this.#asked++;
    this.#waiting.set(number, answer);
    this.#send({ number, ...(range && { range }) });
    const given = await answer.promise;
    if ('failure' in given) throw new FilemillError(given.failure.reason, given.failure.message);
    return given;
  }
}

/** Gives an isolate, from its parent, the bytes of the file of one order. */
export class GivenBlob implements AsyncDisposable {
  readonly #open: () => Promise<BlobHandle>;
  #blob: Promise<BlobHandle> | undefined;

  constructor(reader: BlobReader | undefined, storageKey: string) {
    this.#open = async () => {
      if (reader === undefined) throw new FilemillError('INTERNAL', 'The analysis has no store to read from.');
      return await reader.open(storageKey);
    };
  }

  /** Never rejects. */
  async give({ number, range }: Ask): Promise<Given> {
    try {
      this.#blob ??= this.#open();
      const blob = await this.#blob;
      if (range === undefined) return { number, size: blob.size };
      const { offset } = range;
      const bytes = Buffer.alloc(Math.max(0, Math.min(range.length, blob.size - offset)));
      return { number, bytes: bytes.subarray(0, await blob.read(offset, bytes)) };
    } catch (error) {
      const failure = blobFailure(error, undefined) ?? { reason: 'BLOB_UNREADABLE', message: storable(error) };
      return { number, failure };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const blob = await this.#blob?.catch(() => undefined);
    await blob?.[Symbol.asyncDispose]();
  }
}
