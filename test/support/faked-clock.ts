import { globSync } from 'node:fs';
import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A wall clock for the programs that are started under it, which steps when it is told to, while they run; their
 * monotonic clock goes on. By libfaketime, in Debian's package of that name.
 */
export class FakedClock {
  readonly #file: string;
  readonly #library: string;

  private constructor(file: string, library: string) {
    this.#file = file;
    this.#library = library;
  }

  /** @param folder is opened to programs of other users: PostgreSQL may run as one */
  static async make(folder: string): Promise<FakedClock> {
    await chmod(folder, 0o755);
    const [library] = globSync('/usr/lib/*/faketime/libfaketime.so.1');
    if (library === undefined) throw new Error('This needs libfaketime: apt-get install libfaketime.');
    const clock = new FakedClock(join(folder, 'clock'), library);
    await clock.set(0);
    return clock;
  }

  /** So many seconds ahead of this machine's; behind it when they are negative. */
  async set(seconds: number): Promise<void> {
    const next = `${this.#file}.next`;
    await writeFile(next, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await chmod(next, 0o644);
    await rename(next, this.#file);
  }

  /** For the environment of a program that lives by this clock. */
  get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      LD_PRELOAD: this.#library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }
}
