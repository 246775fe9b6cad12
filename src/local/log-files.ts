import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of `filemill up`'s logs, and how far it was read. */
export interface LogFile {
  /** `up`, a service such as `worker-1`, `postgres` or `redis`. */
  readonly name: string;
  readonly path: string;
}

/** Lines are looked for in this many bytes at the end of a file. */
const tailBytes = 512 * 1024;

/** The log files that exist in the data folder. */
export async function listLogFiles(dataDir: string): Promise<readonly LogFile[]> {
  const names = await readdir(join(dataDir, 'logs')).catch(() => []);
  const services = names.filter((name) => name.endsWith('.log')).map((name) => name.slice(0, -'.log'.length));
  const files = services.map((name) => ({ name, path: join(dataDir, 'logs', `${name}.log`) }));
  const stores = ['postgres', 'redis'].map((name) => ({ name, path: join(dataDir, name, 'server.log') }));
  for (const store of stores) if (await isFile(store.path)) files.push(store);
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Reads a log from its end, and then what is added to it, also across rotations. */
export class LogReader {
  readonly file: LogFile;
  #offset = 0;
  #inode = 0;
  /** A line without its end so far. */
  #rest = '';

  constructor(file: LogFile) {
    this.file = file;
  }

  /** The last whole lines, at most `count`. */
  async tail(count: number): Promise<readonly string[]> {
    const { size, ino } = await stat(this.file.path);
    this.#inode = ino;
    this.#offset = Math.max(0, size - tailBytes);
    const isCut = this.#offset > 0;
    const lines = await this.#readOn(size);
    return count === 0 ? [] : (isCut ? lines.slice(1) : lines).slice(-count);
  }

  /** The whole lines that were added since. */
  async more(): Promise<readonly string[]> {
    const found = await stat(this.file.path).catch(() => undefined);
    if (found === undefined) return [];
    if (found.ino !== this.#inode || found.size < this.#offset) {
      // The file was rotated: the new one begins at its first byte.
      this.#inode = found.ino;
      this.#offset = 0;
      this.#rest = '';
    }
    return found.size > this.#offset ? await this.#readOn(found.size) : [];
  }

  async #readOn(end: number): Promise<readonly string[]> {
    await using file = await open(this.file.path);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(end - this.#offset),
      0,
      end - this.#offset,
      this.#offset,
    );
    this.#offset += bytesRead;
    const lines = (this.#rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}
