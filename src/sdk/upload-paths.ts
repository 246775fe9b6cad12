import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { FilemillError } from '#domain/errors.ts';
import { normalizeFileName, normalizePath } from '#domain/file-name.ts';
import { problemOfPath } from '#platform/problem-of-path.ts';
import { openContent } from './stream-content.ts';
import { readWhole, type UploadContent } from './upload-content.ts';

/** A file that is to be uploaded and has not been opened yet. */
export interface UploadCandidate {
  readonly filename: string;
  /** Relative to the folder given; empty for a file that was named itself. */
  readonly path: string;
  /** @throws FilemillError when it cannot be sent: its name is refused, it is unreadable, no regular file, … */
  open(signal: AbortSignal): Promise<UploadContent>;
  /** Reads a regular file synchronously; undefined when it is larger than `maxBytes`. */
  readWhole?(maxBytes: number): Buffer | undefined;
  /** The size in bytes, found without opening it; 0 for a file that cannot be sent. */
  measure(): Promise<number>;
}

export interface FindOptions {
  /** Called for each symbolic link inside a folder. Links are not followed, since they may form a loop. */
  readonly onLink?: (path: string) => void;
}

/**
 * Finds the files at these paths and below them, sorted by name in batches of 10,000 per folder. Entries that cannot
 * be sent are included: opening one rejects with the reason.
 */
export async function* findUploads(
  paths: readonly string[],
  options: FindOptions = {},
): AsyncGenerator<UploadCandidate> {
  for (const path of paths) {
    const found = await stat(path).catch((error: Error) => error);
    if (found instanceof Error) yield refused(basename(path), '', missing(path, found));
    else if (found.isDirectory()) yield* walk(Buffer.from(path), '', options);
    else if (found.isFile()) yield candidate(Buffer.from(path), basename(path), '');
    else yield refused(basename(path), '', new FilemillError('NOT_A_FILE', kindOf(found)));
  }
}

/** Measures the work ahead for a progress bar. Unreadable and special files count as nothing. */
export async function measureUploads(
  paths: readonly string[],
  onFile: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const file of findUploads(paths)) {
    if (signal.aborted) return;
    onFile(await file.measure());
  }
}

async function* walk(folder: Buffer, prefix: string, options: FindOptions): AsyncGenerator<UploadCandidate> {
  try {
    for await (const entries of entriesOf(folder))
      for (const entry of entries) yield* walkEntry(folder, prefix, entry, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    yield refused(basename(prefix || folder.toString()), prefix, missing(prefix || folder.toString(), error as Error));
  }
}

/** Entries sorted at a time, so that memory does not grow with the folder. */
const sortedEntries = 10_000;

/** Names are read as bytes: a name that is not UTF-8 could not be opened once decoded. */
async function* entriesOf(folder: Buffer): AsyncGenerator<Dirent<Buffer>[]> {
  const byName = (one: Dirent<Buffer>, other: Dirent<Buffer>) => Buffer.compare(one.name, other.name);
  let entries: Dirent<Buffer>[] = [];
  for await (const entry of await opendirAsBytes(folder, { encoding: 'buffer', bufferSize: 256 })) {
    entries.push(entry);
    if (entries.length < sortedEntries) continue;
    yield entries.sort(byName);
    entries = [];
  }
  yield entries.sort(byName);
}

/** Node's types lack the variant with names as bytes. */
const opendirAsBytes = opendir as unknown as (
  path: Buffer,
  options: { readonly encoding: 'buffer'; readonly bufferSize: number },
) => Promise<AsyncIterable<Dirent<Buffer>>>;

async function* walkEntry(
  folder: Buffer,
  prefix: string,
  entry: Dirent<Buffer>,
  options: FindOptions,
): AsyncGenerator<UploadCandidate> {
  const name = decodeName(entry.name);
  const path = prefix + (name ?? entry.name.toString('utf8'));
  const location = Buffer.concat([folder, Buffer.from('/'), entry.name]);
  if (entry.isSymbolicLink()) options.onLink?.(path);
  else if (name === undefined) yield refused(entry.name.toString('utf8'), path, notUtf8(path));
  else if (entry.isDirectory()) yield* walk(location, `${path}/`, options);
  else if (entry.isFile()) yield candidate(location, name, path);
  else yield refused(name, path, new FilemillError('NOT_A_FILE', kindOf(entry)));
}

function candidate(location: Buffer, name: string, path: string): UploadCandidate {
  try {
    return new FileCandidate(location, normalizeFileName(name), normalizePath(path));
  } catch (error) {
    return refused(name, path, error as FilemillError);
  }
}

class FileCandidate implements UploadCandidate {
  readonly filename: string;
  readonly path: string;
  readonly #location: Buffer;

  constructor(location: Buffer, filename: string, path: string) {
    this.filename = filename;
    this.path = path;
    this.#location = location;
  }

  open(signal: AbortSignal): Promise<UploadContent> {
    return openContent(this.#location, signal);
  }

  readWhole(maxBytes: number): Buffer | undefined {
    return readWhole(this.#location, maxBytes);
  }

  measure(): Promise<number> {
    return stat(this.#location).then(
      ({ size }) => size,
      () => 0,
    );
  }
}

function refused(filename: string, path: string, error: FilemillError): UploadCandidate {
  return { filename, path, open: () => Promise.reject(error), measure: async () => 0 };
}

/** Keeps a leading byte order mark, which is part of the name. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeName(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function missing(path: string, cause: Error): FilemillError {
  // Node decodes the command line: bytes that are not UTF-8 have become U+FFFD by now.
  if (path.includes('\ufffd')) return notUtf8(path);
  return new FilemillError('FILE_UNREADABLE', `It cannot be read: ${problemOfPath(cause)}.`, { cause });
}

function notUtf8(path: string): FilemillError {
  return new FilemillError('NAME_INVALID', `The name ${JSON.stringify(path)} is not valid UTF-8.`);
}

function kindOf(entry: Pick<Dirent, 'isFIFO' | 'isSocket' | 'isBlockDevice' | 'isCharacterDevice'>): string {
  if (entry.isFIFO()) return 'This is a named pipe, not a regular file.';
  if (entry.isSocket()) return 'This is a socket, not a regular file.';
  if (entry.isBlockDevice() || entry.isCharacterDevice()) return 'This is a device, not a regular file.';
  return 'This is not a regular file.';
}
