import { isUuidV7 } from '#domain/uuid.ts';

/**
 * How a bucket is laid out, below the prefix:
 *
 *     objects/<shard>/<id>                     a blob that was stored at once
 *     objects/<shard>/<upload>                 the bytes of one that was stored in parts, under a name from before its end
 *     objects/<shard>/<upload>_<id>            its name, an empty object, which is there before the bytes are
 *     segments/<segment>                       small blobs, many in an object: segments/segment-format.ts
 *     dead/<segment>/<offset>.<offset>…        those of a segment that were removed, offsets in base 36; an empty object
 *     texts/<shard>/<id>                       the text of a file, compressed, if texts are kept
 *
 * A copy of a blob of another store has `<minted>.<id>` in place of `<id>`: a UUIDv7 that shows when it was finished, and the
 * earlier id. Every name is unique and no object is ever replaced, but for texts, so nothing depends on conditional writes. The
 * shard is the last two hex digits of the first id, which are random: servers spread keys over their parts by how they begin.
 */
export const objectsFolder = 'objects/';
export const segmentsFolder = 'segments/';
export const deadFolder = 'dead/';
export const textsFolder = 'texts/';

/** What stands in front of every storage key of this store, so that no other store takes it for its own. */
const scheme = 's3:';

/** A blob with an object of its own. */
export interface ObjectName {
  /** The name of the bytes; undefined if they were stored at once, under the name of the blob. */
  readonly upload: string | undefined;
  /** The UUIDv7 that shows when the blob was finished. */
  readonly minted: string;
  /** The id of the blob. */
  readonly id: string;
}

const namePattern = /^(?:([0-9a-f-]{36})_)?([0-9a-f-]{36})(?:\.([0-9a-f-]{36}))?$/;

/** Reads the last part of an object's key; undefined if it is not the name of a blob. */
export function parseObjectName(text: string): ObjectName | undefined {
  const [, upload, minted = '', copyOf] = namePattern.exec(text) ?? [];
  const ids = [upload, minted, copyOf].filter((id) => id !== undefined);
  return ids.every(isUuidV7) ? { upload, minted, id: copyOf ?? minted } : undefined;
}

function formatObjectName({ upload, minted, id }: ObjectName): string {
  return `${upload === undefined ? '' : `${upload}_`}${minted}${id === minted ? '' : `.${id}`}`;
}

/** The key of the object that holds the bytes. */
export function bytesKey(name: ObjectName): string {
  return name.upload === undefined ? nameKey(name) : objectKey(name.upload);
}

/** The key of the object that shows the name of the blob. */
export function nameKey(name: ObjectName): string {
  return `${objectsFolder}${shardOf(name.upload ?? name.minted)}/${formatObjectName(name)}`;
}

/** The key of bytes that are stored in parts. */
export function objectKey(upload: string): string {
  return `${objectsFolder}${shardOf(upload)}/${upload}`;
}

export function textKey(fileId: string): string {
  return `${textsFolder}${shardOf(fileId)}/${fileId}`;
}

function shardOf(uuid: string): string {
  return uuid.slice(-2);
}

export function formatObjectStorageKey(name: ObjectName): string {
  return `${scheme}${formatObjectName(name)}`;
}

/** Undefined if the key is not that of an object of this store. */
export function parseObjectStorageKey(storageKey: string): ObjectName | undefined {
  return isS3Key(storageKey) ? parseObjectName(storageKey.slice(scheme.length)) : undefined;
}

/** Whether the blob with this key is in this store, if there is one. */
export function isS3Key(storageKey: string): boolean {
  return storageKey.startsWith(scheme);
}

/** A small blob: its segment, and where in it. */
export interface SegmentKey {
  /** A UUIDv7 that shows when the segment was stored. */
  readonly segment: string;
  /** The position of the first byte. */
  readonly offset: number;
  readonly length: number;
  readonly crc32c: number;
}

/** `s3:SEGMENT/OFFSET+LENGTH/CRC32C`, the last as 8 hex digits. */
export function formatSegmentStorageKey({ segment, offset, length, crc32c }: SegmentKey): string {
  return `${scheme}${segment}/${offset}+${length}/${crc32c.toString(16).padStart(8, '0')}`;
}

const segmentPattern = /^s3:([0-9a-f-]{36})\/(\d{1,9})\+(\d{1,9})\/([0-9a-f]{8})$/;

/** Undefined if the key is not that of a small blob of this store. */
export function parseSegmentStorageKey(storageKey: string): SegmentKey | undefined {
  const [, segment = '', offset, length, crc32c = ''] = segmentPattern.exec(storageKey) ?? [];
  if (!isUuidV7(segment)) return undefined;
  return { segment, offset: Number(offset), length: Number(length), crc32c: Number.parseInt(crc32c, 16) };
}

export function segmentObjectKey(segment: string): string {
  return `${segmentsFolder}${segment}`;
}
