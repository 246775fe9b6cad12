import { sleep } from '#platform/abort.ts';

/** A process that is ready for use. */
export interface Running {
  readonly pid: number;
  /** Resolves when the process has ended, with how: `ended with code 1`, `was ended by SIGKILL`. */
  readonly ended: Promise<string>;
  /** Asks the process to end, waits, and kills it if it takes too long. */
  stop(): Promise<void>;
}

/** Starts the process. When the signal is aborted, it gives up and leaves nothing running. */
export type Open = (signal: AbortSignal) => Promise<Running>;

export interface KeeperOptions {
  readonly log: (line: string) => void;
  /** When aborted, nothing is restarted. */
  readonly signal: AbortSignal;
}

/** A process that ran at least this long is restarted without delay. It is longer than a hang takes to be noticed. */
const steadyMs = 60_000;
const firstDelayMs = 250;
const longestDelayMs = 10_000;

/** Keeps one process running: restarts it, with growing delays, whenever it ends by itself. */
export class Keeper implements AsyncDisposable {
  readonly name: string;
  readonly #open: Open;
  readonly #log: (line: string) => void;
  readonly #disposal = new AbortController();
  readonly #stopping: AbortSignal;
  readonly #kept: Promise<void>;
  #running: Running;

  private constructor(name: string, open: Open, { log, signal }: KeeperOptions, running: Running) {
    this.name = name;
    this.#open = open;
    this.#log = log;
    this.#stopping = AbortSignal.any([signal, this.#disposal.signal]);
    this.#running = running;
    this.#kept = this.#keep();
  }

  /** Rejects when the first start fails, because a restart would not help. */
  static async start(name: string, open: Open, options: KeeperOptions): Promise<Keeper> {
    return new Keeper(name, open, options, await open(options.signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort();
    await this.#running.stop();
    await this.#kept;
    // A restart may have succeeded since.
    await this.#running.stop();
  }

  async #keep(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.aborted) {
      const startedAt = performance.now();
      const how = await this.#running.ended;
      if (this.#stopping.aborted) return;
      failures = performance.now() - startedAt > steadyMs ? 0 : failures + 1;
      this.#log(`${this.name} (pid ${this.#running.pid}) ${how}: restarting it`);
      failures = await this.#reopen(failures);
    }
  }

  /** Retries until the process runs or is to stop; answers with the number of failures in a row. */
  async #reopen(before: number): Promise<number> {
    for (let failures = before; ; failures++) {
      await sleep(delayMs(failures), this.#stopping);
      if (this.#stopping.aborted) return failures;
      try {
        this.#running = await this.#open(this.#stopping);
        this.#log(`${this.name} runs again (pid ${this.#running.pid})`);
        return failures;
      } catch (error) {
        if (this.#stopping.aborted) return failures;
        this.#log(`${this.name} does not start: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}

function delayMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 16));
}
