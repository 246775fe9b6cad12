import { join } from 'node:path';
import { isUuidV7 } from '#domain/uuid.ts';

/**
 * How a volume is laid out:
 *
 *     ROOT/staging/<uuid>                  blobs that are being received
 *     ROOT/resumable/<upload>              the bytes so far of a blob that is received over several calls
 *     ROOT/resumable/<upload>.json         its note: what it is to become
 *     ROOT/resumable/<upload>.moved        the id of the object with its bytes, on volumes without hard links
 *     ROOT/resumable/<upload>.new          a new version of one of these two
 *     ROOT/objects/<shard>/<id>            committed blobs, one file each
 *     ROOT/objects/<shard>/<uuid>.<id>     committed copies of blobs of another store
 *     ROOT/texts/<shard>/<id>              the text of a file, compressed, if texts are kept
 *     ROOT/segments/<period>/<segment>     small blobs, many in a file: segment-format.ts
 *     ROOT/segments/open/<segment>         an empty mark: a process may still append to that segment
 *
 * All are on one file system, so that a rename or a link moves a blob atomically. The shard is the last two hex digits of
 * the id, which rotate through all shards in seconds (`mintObjectId`); the first digits are the time and would fill one
 * folder after the other. Segments are few, so each of their folders covers about five hours.
 *
 * Folders have mode 0750 and files 0640 (less the umask): workers may run as another user of the same group, which only
 * reads.
 */
export const folderMode = 0o750;
export const fileMode = 0o640;

export const shards: readonly string[] = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'));

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const idLength = 36;
const period = /^[0-9a-f]{6}$/;

export function stagingFolder(root: string): string {
  return join(root, 'staging');
}

export function resumableFolder(root: string): string {
  return join(root, 'resumable');
}

export function objectsFolder(root: string): string {
  return join(root, 'objects');
}

export function shardFolder(root: string, shard: string): string {
  return join(root, 'objects', shard);
}

export function objectPath(root: string, id: string): string {
  return join(shardFolder(root, shardOf(id)), id);
}

export function textsFolder(root: string): string {
  return join(root, 'texts');
}

export function textPath(root: string, id: string): string {
  return join(textsFolder(root), shardOf(id), id);
}

export function shardOf(id: string): string {
  return id.slice(-2);
}

export function segmentsFolder(root: string): string {
  return join(root, 'segments');
}

export function periodFolder(root: string, segment: string): string {
  return join(segmentsFolder(root), segment.slice(0, 6));
}

/** Without `join`, which is slow for a path that every small file needs. */
export function segmentPath(root: string, segment: string): string {
  return `${root}/segments/${segment.slice(0, 6)}/${segment}`;
}

export function openMarksFolder(root: string): string {
  return join(segmentsFolder(root), 'open');
}

/** Whether the name is the id of a blob. Nothing else that callers pass becomes part of a path. */
export function isBlobId(name: string): boolean {
  return isUuidV7(name);
}

export function isPeriod(name: string): boolean {
  return period.test(name);
}

/** Whether the key is that of an object: the id of its blob, or that of a copy. */
export function isObjectKey(key: string): boolean {
  return isBlobId(key) || (key[idLength] === '.' && isBlobId(key.slice(0, idLength)) && isBlobId(idOfObject(key)));
}

/**
 * The key of an object whose blob has the id of an earlier one: a UUIDv7 of its own, which shows when it was finished, and
 * that id.
 */
export function copyKey(minted: string, id: string): string {
  return `${minted}.${id}`;
}

/** The id of the blob that has this key. */
export function idOfObject(key: string): string {
  return key.slice(-idLength);
}

/** Whether the name is that of a staged blob or of an upload. */
export function isUuid(name: string): boolean {
  return uuid.test(name);
}

/** The Unix time in milliseconds that a UUIDv7 begins with (RFC 9562, section 5.7). */
export function mintedAt(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
