import { constants, copyFile, link, open, rename, rm } from 'node:fs/promises';
import { FilemillError } from '#domain/errors.ts';
import { failpoint } from '#platform/failpoints.ts';
import { codeOf } from './durable.ts';
import { mintedAt, objectPath } from './layout.ts';
import { mintObjectId } from './shard-folders.ts';

/** All bytes of an upload, synced, which are to become an object. */
export interface UploadedBytes {
  readonly root: string;
  /** Under the name of the upload. */
  readonly path: string;
  /** The object whose name they have by now in place of that one. */
  movedTo: string | undefined;
  /** Notes durably, beside the upload, which object holds its bytes. */
  readonly noteMove: (id: string) => Promise<void>;
  readonly syncShardOf: (id: string) => Promise<void>;
  /** Makes durable that the name of the upload is gone. */
  readonly syncUploads: () => Promise<void>;
}

/** What volumes without hard links answer. EXDEV comes from those that spread folders over several disks. */
const knowsNoLinks: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/** Well below the hour for which the metadata service registers a key. */
const registrableMs = 30 * 60 * 1_000;

/**
 * Gives the bytes the name of an object, durably, and answers with its id: a second name, by a hard link, or where the
 * volume knows none, a name in place of the first. May be repeated wherever it broke off, also by another process.
 *
 * @throws FilemillError UPLOAD_LOCKED when a process that lost its lock on the upload has moved them meanwhile
 */
export async function nameObject(bytes: UploadedBytes): Promise<string> {
  const id = mintObjectId();
  try {
    await link(placeOf(bytes), objectPath(bytes.root, id));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new FilemillError('UPLOAD_LOCKED', undefined, { cause: error });
    if (!knowsNoLinks.has(codeOf(error))) throw error;
    return bytes.movedTo === undefined ? await move(bytes, id) : await nameAgain(bytes, bytes.movedTo, id);
  }
  await makeDurable(bytes, id, () => rm(objectPath(bytes.root, id), { force: true }));
  return id;
}

/** The new name is noted first, so that whoever comes after a crash finds the bytes. */
async function move(bytes: UploadedBytes, id: string): Promise<string> {
  const { path, root, noteMove, syncUploads } = bytes;
  await noteMove(id);
  await failpoint('upload.move-noted');
  await rename(path, objectPath(root, id));
  await makeDurable(bytes, id, () => rename(objectPath(root, id), path));
  bytes.movedTo = id;
  // Without a journal a power cut could leave both names, and removing one would free the bytes of the other.
  await syncUploads();
  return id;
}

/**
 * The bytes were moved by a call whose end nobody knows: a row may name that object. While it may still be registered
 * the answer is the same object, since a create may be repeated. Later a copy is made: if there is a row, the
 * idempotency key finds it and the copy is removed; if not, the sweep removes the first.
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

/** No row can name the object yet, so that its name may be taken back. */
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
