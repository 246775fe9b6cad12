import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { FilemillError } from '#domain/errors.ts';
import { normalizeFileName, normalizePath } from '#domain/file-name.ts';
import { problemOfPath } from '#platform/problem-of-path.ts';
import { openContent } from './open-content.ts';
import { readWhole, type UploadContent } from './upload-content.ts';

/** A file that somebody asked to upload, not opened yet. */
export interface UploadCandidate {
  readonly filename: string;
  /** Relative to the folder given; empty for a file that was named itself. */
  readonly path: string;
  /** @throws FilemillError when it cannot be sent: its name is refused, it is unreadable, no regular file, … */
  open(signal: AbortSignal): Promise<UploadContent>;
  /** The same at once, for a small file; undefined for one of more than `maxBytes`. Absent for what is no file. */
  readWhole?(maxBytes: number): Buffer | undefined;
  /** Bytes as far as can be told without opening it; 0 for what cannot be sent. */
  measure(): Promise<number>;
}

export interface FindOptions {
  /** Told of each symbolic link inside a folder: these are left alone, so that no folder is walked for ever. */
  readonly onLink?: (path: string) => void;
}

/**
 * The files at these paths, folders with all they hold, in the order of their names, which holds for 10,000 at a time
 * in larger folders. What cannot be sent comes too: opening it rejects with the reason.
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

/** What is known of the work ahead, for a progress bar: unreadable and special files count as nothing. */
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

/** Entries that are read and sorted together, so that memory does not grow with the folder. */
const sortedEntries = 10_000;

/** Names are read as bytes: a decoded name that is not UTF-8 could not be opened again. */
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

/** The types of Node know only names as text. */
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

/** A leading byte order mark is a part of the name. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeName(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function missing(path: string, cause: Error): FilemillError {
  // The command line of a process reaches us decoded: a byte that is no UTF-8 has become U+FFFD by then.
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
