import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { problemOfPath } from '#platform/problem-of-path.ts';
import { SetupError } from './setup-error.ts';

/** A socket's path may have 107 bytes (sun_path); names inside the folder have fewer than 32. */
const longestSocketFolder = 107 - 32;

/**
 * The folder that keeps everything between runs, locked by one process at a time:
 *
 * - `postgres/`, `redis/`, `storage/`, `logs/`: the data of each part
 * - `children.json`: the processes that were started, for the run after a crash
 * - `sockets`: the path of the private folder for sockets, which lies in the system's temporary folder to be short
 * - `lock`, `pid`: the process that holds the folder
 */
export class DataDir implements AsyncDisposable {
  readonly path: string;
  readonly #lock: DatabaseSync;

  private constructor(path: string, lock: DatabaseSync) {
    this.path = path;
    this.#lock = lock;
  }

  /** Makes the folder if it is missing, and locks it. @throws SetupError naming the process that holds it */
  static async open(path: string): Promise<DataDir> {
    const root = resolve(path);
    try {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const lock = await takeLock(root);
      await writeFile(join(root, 'pid'), `${process.pid}\n`);
      await writeFile(join(root, '.gitignore'), '*\n');
      return new DataDir(root, lock);
    } catch (error) {
      if (error instanceof SetupError) throw error;
      const message = `Cannot use the data folder ${root}: ${problemOfPath(error)}. Choose another with --data-dir.`;
      throw new SetupError(message, { exitCode: 2, cause: error });
    }
  }

  within(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** Makes a new folder for sockets that only this user may enter, and removes that of an earlier run. */
  async makeSocketFolder(): Promise<string> {
    await this.#removeSocketFolder();
    const parent = Buffer.byteLength(join(tmpdir(), 'filemill-123456')) <= longestSocketFolder ? tmpdir() : '/tmp';
    const folder = await mkdtemp(join(parent, 'filemill-'));
    await writeFile(this.within('sockets'), `${folder}\n`);
    return folder;
  }

  /** Unlocks the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#removeSocketFolder();
    await rm(this.within('pid'), { force: true });
    this.#lock.close();
  }

  async #removeSocketFolder(): Promise<void> {
    const kept = (await readFile(this.within('sockets'), 'utf8').catch(() => '')).trim();
    // The file may have been tampered with: remove only a folder that mkdtemp could have made.
    if (/\/filemill-[A-Za-z0-9]{6}$/.test(kept)) await rm(kept, { recursive: true, force: true });
    await rm(this.within('sockets'), { force: true });
  }
}

/** Node has no file locks. SQLite's exclusive transaction holds one, which the kernel releases with the process. */
async function takeLock(root: string): Promise<DatabaseSync> {
  const lock = new DatabaseSync(join(root, 'lock'));
  try {
    // Nothing is ever written, so no journal file is needed.
    lock.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
    const pid = (await readFile(join(root, 'pid'), 'utf8').catch(() => '')).trim();
    throw new SetupError(
      `The data folder ${root} is in use by another "filemill up"${pid && ` (pid ${pid})`}. ` +
        'Stop it first, or choose another folder with --data-dir.',
      { exitCode: 2, cause: error },
    );
  }
}

const sqliteBusy = 5;
