import { constants, copyFile, link, open, rename, rm } from 'node:fs/promises';
import { FilemillError } from '#domain/errors.ts';
import { failpoint } from '#platform/failpoints.ts';
import { codeOf } from './durable.ts';
import { mintedAt, objectPath } from './layout.ts';
import { mintObjectId } from './shard-folders.ts';

/** The synced bytes of a complete upload, which are to become an object. */
export interface UploadedBytes {
  readonly root: string;
  /** The path under the name of the upload. */
  readonly path: string;
  /** The object to which the bytes were moved, if they were. */
  movedTo: string | undefined;
  /** Records durably, beside the upload, which object holds its bytes. */
  readonly noteMove: (id: string) => Promise<void>;
  readonly syncShardOf: (id: string) => Promise<void>;
  /** Syncs the folder of the uploads. */
  readonly syncUploads: () => Promise<void>;
}

/** Error codes of volumes without hard links. EXDEV comes from volumes that spread folders over several disks. */
const noLinkCodes: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/** Well below the hour for which the metadata service registers a key. */
const registrableMs = 30 * 60 * 1_000;

/**
 * Gives the bytes the name of an object, durably, and returns its id: by a hard link or, on a volume without these, by a
 * rename. May be repeated after a failure at any step, even by another process.
 *
 * @throws FilemillError UPLOAD_LOCKED if a process that lost its lock on the upload has moved the bytes in the meantime
 */
export async function nameObject(bytes: UploadedBytes): Promise<string> {
  const id = mintObjectId();
  try {
    await link(placeOf(bytes), objectPath(bytes.root, id));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new FilemillError('UPLOAD_LOCKED', undefined, { cause: error });
    if (!noLinkCodes.has(codeOf(error))) throw error;
    return bytes.movedTo === undefined ? await move(bytes, id) : await nameAgain(bytes, bytes.movedTo, id);
  }
  await makeDurable(bytes, id, () => rm(objectPath(bytes.root, id), { force: true }));
  return id;
}

/** The new name is recorded first, so that the bytes are found after a crash. */
async function move(bytes: UploadedBytes, id: string): Promise<string> {
  const { path, root, noteMove, syncUploads } = bytes;
  await noteMove(id);
  await failpoint('upload.move-noted');
  await rename(path, objectPath(root, id));
  await makeDurable(bytes, id, () => rename(objectPath(root, id), path));
  bytes.movedTo = id;
  // On a file system without a journal, a power cut could leave both names, and removing one would free the bytes of both.
  await syncUploads();
  return id;
}

/**
 * An earlier call moved the bytes, and its outcome is unknown: a row may name that object. As long as it can be registered,
 * the answer is the same object, because a create may be repeated. Later a copy is made. If there is a row, the idempotency
 * key finds it and the copy is removed; otherwise the sweep removes the first object.
 */
async function nameAgain(bytes: UploadedBytes, earlier: string, id: string): Promise<string> {
  const { root, noteMove, syncShardOf } = bytes;
  if (mintedAt(earlier) > Date.now() - registrableMs) {
    await syncShardOf(earlier);
    return earlier;
  }
  const copy = objectPath(root, id);
  try {
    await copyFile(placeOf(bytes), copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await using file = await open(copy, 'r+');
    await file.sync();
    await syncShardOf(id);
    await noteMove(id);
    bytes.movedTo = id;
    return id;
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  }
}

function placeOf({ root, path, movedTo }: UploadedBytes): string {
  return movedTo === undefined ? path : objectPath(root, movedTo);
}

/** No row can name the object yet, so its name may be undone. */
async function makeDurable({ syncShardOf }: UploadedBytes, id: string, undo: () => Promise<void>): Promise<void> {
  try {
    await failpoint('upload.linked');
    await syncShardOf(id);
    await failpoint('upload.folder-synced');
  } catch (error) {
    await undo();
    throw error;
  }
}
