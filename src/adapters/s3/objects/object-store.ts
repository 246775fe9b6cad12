import type { Blob, StagedBlob, StageOptions } from '#domain/blob-store.ts';
import { timeOfUuid } from '#domain/uuid.ts';
import type { S3Client } from '../client/client.ts';
import { type ObjectName, objectsFolder, parseObjectName } from '../layout.ts';
import { blobOf, removeObject } from './object-upload.ts';
import { PartMemory } from './part-memory.ts';
import { StagedObject } from './staged-object.ts';

/** Blobs with an object each. */
export class ObjectStore {
  readonly #client: S3Client;
  readonly #memory = new PartMemory();

  constructor(client: S3Client) {
    this.#client = client;
  }

  /** A part that was stored cannot be read before the blob is complete, so each blob is hashed while it comes. */
  stage({ copyOf }: StageOptions = {}): StagedBlob {
    return new StagedObject(this.#client, this.#memory, copyOf);
  }

  async remove(name: ObjectName): Promise<void> {
    await removeObject(this.#client, name);
  }

  async *finishedBefore(before: Date): AsyncGenerator<readonly Blob[]> {
    // The name of bytes that were stored in parts follows them in the list, perhaps on the next page.
    let last: ObjectName | undefined;
    for await (const objects of this.#client.list(objectsFolder)) {
      const found: ObjectName[] = [];
      for (const { key } of objects) {
        const name = parseObjectName(key.slice(key.lastIndexOf('/') + 1));
        if (name === undefined) continue;
        if (last !== undefined && name.upload !== last.minted) found.push(last);
        last = name;
      }
      const blobs = blobsBefore(found, before);
      if (blobs.length > 0) yield blobs;
    }
    const rest = blobsBefore(last === undefined ? [] : [last], before);
    if (rest.length > 0) yield rest;
  }

  /** Aborts blobs of which no part was stored since `before`. */
  async sweepStaging(before: Date): Promise<number> {
    let swept = 0;
    for await (const multipart of this.#client.multiparts.list(objectsFolder)) {
      if (multipart.createdAt >= before) continue;
      const writtenAt = await this.#client.multiparts.writtenAt(multipart);
      if (writtenAt !== undefined && writtenAt >= before) continue;
      await this.#client.multiparts.abort(multipart);
      swept += 1;
    }
    return swept;
  }
}

function blobsBefore(names: readonly ObjectName[], before: Date): readonly Blob[] {
  return names.filter(({ minted }) => timeOfUuid(minted) < before).map(blobOf);
}
