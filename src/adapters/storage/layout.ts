import { join } from 'node:path';

/**
 * How a volume is laid out:
 *
 *     ROOT/staging/<uuid>            blobs on their way in
 *     ROOT/objects/<shard>/<key>     committed blobs
 *
 * Both are on one file system, so that a rename moves a blob in one step. The shard is the last two hex
 * digits of the key, which are random in a UUIDv7; its first digits are the time and would fill one
 * folder after the other.
 *
 * Folders are made with 0750 and files with 0640 (less the umask): workers may run as another user of the
 * same group, which reads and never writes.
 */
export const folderMode = 0o750;
export const fileMode = 0o640;

export const shards: readonly string[] = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'));

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function stagingFolder(root: string): string {
  return join(root, 'staging');
}

export function objectsFolder(root: string): string {
  return join(root, 'objects');
}

export function shardFolder(root: string, shard: string): string {
  return join(root, 'objects', shard);
}

export function objectPath(root: string, storageKey: string): string {
  return join(shardFolder(root, shardOf(storageKey)), storageKey);
}

export function shardOf(storageKey: string): string {
  return storageKey.slice(-2);
}

/** Nothing else ever becomes part of a path. */
export function isStorageKey(name: string): boolean {
  return uuidV7.test(name);
}

export function isStagingName(name: string): boolean {
  return uuid.test(name);
}

/** The Unix time in milliseconds that a UUIDv7 begins with (RFC 9562, section 5.7). */
export function mintedAt(storageKey: string): number {
  return Number.parseInt(storageKey.slice(0, 8) + storageKey.slice(9, 13), 16);
}
