import { randomUUIDv7 } from 'node:crypto';
import type { Blob } from '#domain/blob-store.ts';
import type { S3Client } from '../client/client.ts';
import type { Multipart, Part } from '../client/multiparts.ts';
import { bytesKey, formatObjectStorageKey, nameKey, type ObjectName, objectKey } from '../layout.ts';

/** The bytes of a blob on their way into the store, in parts. */
export interface ObjectUpload extends Multipart {
  /** The name of the bytes. */
  readonly upload: string;
}

export async function beginObject(client: S3Client): Promise<ObjectUpload> {
  const upload = randomUUIDv7();
  return { upload, ...(await client.multiparts.create(objectKey(upload))) };
}

/**
 * Makes a blob of the parts. Its id shows when it was finished, so it is minted here; the bytes have had a name since they began.
 * The name of the blob is stored first: whoever finds the bytes in a list finds a name too, and never takes them for an orphan.
 *
 * @param copyOf the id of the blob, if it is a copy of an earlier one
 */
export async function finishObject(
  client: S3Client,
  upload: ObjectUpload,
  parts: Promise<readonly Part[]>,
  copyOf?: string,
): Promise<Blob> {
  const name = mintName(upload.upload, copyOf);
  const named = client.put(nameKey(name), Buffer.alloc(0));
  try {
    const [stored] = await Promise.all([parts, named]);
    await client.multiparts.complete(upload, stored);
  } catch (error) {
    // A name that is still on its way would come after its removal.
    await named.catch(() => undefined);
    // The outcome may be unknown, and no row can name the blob yet. What stays is swept as an orphan.
    await removeObject(client, name).catch(() => undefined);
    throw error;
  }
  return blobOf(name);
}

/** Stores the bytes of a blob at once. */
export async function putObject(client: S3Client, bytes: Uint8Array, copyOf?: string): Promise<Blob> {
  const name = mintName(undefined, copyOf);
  await client.put(bytesKey(name), bytes);
  return blobOf(name);
}

/** Removes the bytes first: a name without bytes is an orphan, which is swept. */
export async function removeObject(client: S3Client, name: ObjectName): Promise<void> {
  await client.remove(bytesKey(name));
  if (name.upload !== undefined) await client.remove(nameKey(name));
}

export function blobOf(name: ObjectName): Blob {
  return { id: name.id, storageKey: formatObjectStorageKey(name) };
}

/** The name of a blob that is finished now. */
export function mintName(upload?: string, copyOf?: string): ObjectName {
  const minted = randomUUIDv7();
  return { upload, minted, id: copyOf ?? minted };
}
