import { pipeline, Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { FilemillError } from '#domain/errors.ts';
import type { TextStore } from '#domain/text-store.ts';
import { isUuidV7 } from '#domain/uuid.ts';
import type { S3Client } from '../client/client.ts';
import { textKey, textsFolder } from '../layout.ts';

/** Texts in the bucket of the blobs, an object each. */
export class S3TextStore implements TextStore {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  async keep(fileId: string, compressed: Uint8Array): Promise<void> {
    if (!isUuidV7(fileId)) throw new FilemillError('INTERNAL', `${JSON.stringify(fileId)} is not the id of a file.`);
    await this.#client.put(textKey(fileId), compressed);
  }

  async open(fileId: string): Promise<Readable | undefined> {
    const compressed = isUuidV7(fileId) ? await this.#client.get(textKey(fileId)) : undefined;
    if (compressed === undefined) return undefined;
    // An error of the decoder ends the stream that the caller reads.
    return pipeline(Readable.from([compressed]), createZstdDecompress(), () => undefined);
  }

  async remove(fileId: string): Promise<void> {
    if (isUuidV7(fileId)) await this.#client.remove(textKey(fileId));
  }

  async *keptBefore(before: Date): AsyncGenerator<readonly string[]> {
    for await (const objects of this.#client.list(textsFolder)) {
      const kept = objects.filter(({ writtenAt }) => writtenAt < before);
      const ids = kept.map(({ key }) => key.slice(key.lastIndexOf('/') + 1)).filter(isUuidV7);
      if (ids.length > 0) yield ids;
    }
  }
}
