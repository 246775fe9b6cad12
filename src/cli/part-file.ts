import { constants, type Stats } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { problemOfPath } from '#platform/problem-of-path.ts';
import type { DownloadSink } from '#sdk/download-file.ts';
import { CliError, exitCodes } from './failure.ts';

/**
 * A file that is being downloaded, beside the file that it becomes. An interrupted download leaves it there, and the next
 * one finds it by the id.
 */
export class PartFile implements DownloadSink, AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;
  #size: number;

  /** Others who can write into the folder must not be able to choose what is written to, or to change it later. */
  static async open(folder: string, id: string): Promise<PartFile> {
    const path = join(folder, `.filemill-${id}.part`);
    const file = await openPart(path).catch((error: unknown) => {
      throw new CliError(exitCodes.someFailed, `Nothing can be written into ${folder}: ${problemOfPath(error)}.`);
    });
    const stat = await file.stat();
    if (isOurs(stat)) return new PartFile(path, file, stat.size);
    await file.close();
    throw new CliError(exitCodes.someFailed, `${path} belongs to another user.`, 'Download to a folder of your own.');
  }

  private constructor(path: string, file: FileHandle, size: number) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  read(): AsyncIterable<Uint8Array> {
    return this.#file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1024 * 1024 });
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let written = 0; written < chunk.length; ) {
      const { bytesWritten } = await this.#file.write(chunk, written, chunk.length - written, this.#size);
      written += bytesWritten;
      this.#size += bytesWritten;
    }
  }

  /** Begins again. */
  async clear(): Promise<void> {
    await this.#file.truncate(0);
    this.#size = 0;
  }

  /** Gives the file its name; it survives a power cut when this returns. @throws CliError if there is one, without `force` */
  async keepAs(path: string, { force }: { readonly force: boolean }): Promise<void> {
    await this.#file.sync();
    if (force) await rename(this.#path, path);
    else await linkAs(this.#path, path);
    await using folder = await open(dirname(path), 'r');
    await folder.sync();
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

async function openPart(path: string): Promise<FileHandle> {
  const found = await lstat(path).catch(ignoreMissing);
  if (found !== undefined && !isOurs(found)) await rm(path);
  return await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o666);
}

/** @throws CliError */
export async function refuseExisting(path: string): Promise<void> {
  if ((await lstat(path).catch(ignoreMissing)) !== undefined) throw exists(path);
}

/** Unlike a rename, a link never replaces anything. File systems without links leave a moment between look and rename. */
async function linkAs(from: string, path: string): Promise<void> {
  try {
    await link(from, path);
    await rm(from);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw exists(path);
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
    await refuseExisting(path);
    await rename(from, path);
  }
}

function exists(path: string): CliError {
  return new CliError(
    exitCodes.someFailed,
    `${path} exists.`,
    'Give --force to replace it, or another place with --to.',
  );
}

/** A regular file of this user, under this name alone. */
function isOurs(stat: Stats): boolean {
  return stat.isFile() && stat.nlink === 1 && stat.uid === process.getuid?.();
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
