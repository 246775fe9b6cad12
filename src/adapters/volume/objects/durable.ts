import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FilemillError } from '#domain/errors.ts';
import { volumeFault } from '#domain/volume-fault.ts';
import { Batcher } from '#platform/batcher.ts';
import { folderMode } from './layout.ts';

/** Creates a folder that survives a power cut: every parent with a new entry is synced. */
export async function makeFolder(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true, mode: folderMode });
  const top = dirname(firstMade ?? path);
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    // A parent that this process may not read needs no sync if it has no new entry.
    await syncFolder(folder).catch((error: unknown) => {
      if (firstMade !== undefined || codeOf(error) !== 'EACCES') throw error;
    });
    if (folder === top) return;
  }
}

/** Makes the entries of a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

/** One sync serves every entry that was made before it began. */
export function gatheredSync(folder: FileHandle): Batcher<void, void> {
  const sync = async <Call>(calls: readonly Call[]) => {
    await folder.sync();
    return calls;
  };
  return new Batcher<void, void>(sync, { name: 'sync' });
}

/** Writes all of `bytes` at `position`; a single write may be short. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

const readBackBytes = 1024 * 1024;

/** The SHA-256 of a whole file, as 64 lower-case hex digits. */
export async function hashOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const bytes = file.createReadStream({ start: 0, autoClose: false, highWaterMark: readBackBytes });
  for await (const chunk of bytes) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** Gives the error of a failing volume a reason of the catalogue; returns other errors unchanged. */
export function diskError(error: unknown): unknown {
  return error instanceof FilemillError ? error : (volumeFault(error) ?? error);
}

/** For `catch`: undefined if a file or folder does not exist. */
export function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
