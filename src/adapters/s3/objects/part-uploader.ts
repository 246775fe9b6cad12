import type { Blob } from '#domain/blob-store.ts';
import type { S3Client } from '../client/client.ts';
import type { Part } from '../client/multiparts.ts';
import { beginObject, finishObject, type ObjectUpload } from './object-upload.ts';

const firstPartBytes = 8 * 1024 * 1024;
/** After so many parts their size doubles: the 10,000 that servers allow hold 2.5 TiB. */
const partsPerSize = 1_250;
/** Bytes of one blob on their way at the same time; a larger part goes alone. */
const bytesInFlight = 3 * firstPartBytes;

/** The size of the part with this number, from 1: parts grow with the blob, as their number is limited. */
export function partBytes(number: number): number {
  return firstPartBytes * 2 ** Math.floor((number - 1) / partsPerSize);
}

/** Sends the parts of one blob, a few at the same time. */
export class PartUploader {
  readonly #client: S3Client;
  readonly #copyOf: string | undefined;
  readonly #parts: Promise<Part>[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  #upload: Promise<ObjectUpload> | undefined;
  #sending = 0;
  #failure: unknown;

  constructor(client: S3Client, copyOf: string | undefined) {
    this.#client = client;
    this.#copyOf = copyOf;
  }

  /** The size of the next part. */
  get nextBytes(): number {
    return partBytes(this.#parts.length + 1);
  }

  get started(): boolean {
    return this.#upload !== undefined;
  }

  /** Resolves when the part is on its way; `onStored` is called when it need not be kept any more. */
  async send(bytes: Uint8Array, onStored: () => void): Promise<void> {
    while (this.#sending > 0 && this.#sending + bytes.length > bytesInFlight) await Promise.race(this.#underWay);
    if (this.#failure !== undefined) throw this.#failure;
    this.#upload ??= beginObject(this.#client);
    const part = this.#send(this.#parts.length + 1, bytes);
    this.#parts.push(part);
    this.#sending += bytes.length;
    const ended = part
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#sending -= bytes.length;
        this.#underWay.delete(ended);
        onStored();
      });
    this.#underWay.add(ended);
  }

  /** Makes a blob of all parts. */
  async finish(): Promise<Blob> {
    const upload = await this.#begun();
    return await finishObject(this.#client, upload, Promise.all(this.#parts), this.#copyOf);
  }

  /** Frees the parts. An upload of which the server is not told is swept. */
  async abort(): Promise<void> {
    const upload = await this.#upload?.catch(() => undefined);
    await Promise.all(this.#underWay);
    if (upload !== undefined) await this.#client.multiparts.abort(upload);
  }

  async #send(number: number, bytes: Uint8Array): Promise<Part> {
    return await this.#client.multiparts.upload(await this.#begun(), number, bytes);
  }

  async #begun(): Promise<ObjectUpload> {
    this.#upload ??= beginObject(this.#client);
    return await this.#upload;
  }
}
