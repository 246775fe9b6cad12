import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BlobReader } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import { onAbort } from '#platform/abort.ts';
import { type Ask, GivenBlob } from './asked-blobs.ts';
import type { IsolateAnswer, IsolateMessage, IsolateOrder, IsolateSettings } from './isolate-process.ts';
import { outgrown } from './isolate-watch.ts';
import { timeout } from './pool.ts';

/** The process ended while it held the file. */
export class IsolateDeath extends Error {
  override readonly name = 'IsolateDeath';
  override readonly cause: FilemillError;

  constructor(cause: FilemillError) {
    super(cause.message);
    this.cause = cause;
  }
}

/** A start takes some 200 ms; a process that needs so much longer is broken. */
const startMs = 60_000;

/**
 * What an isolate may do: read the program and the files. It may neither write, nor connect, nor start processes. It
 * gives up threads and native code by itself, once it has started the thread that watches it and loaded all it needs.
 */
function permissions({ folder, registryUrl }: IsolateSettings): string[] {
  const files = folder === null || folder === undefined ? [] : [`${resolve(folder)}/`];
  const readable = folder === undefined ? ['*'] : [program, fileURLToPath(registryUrl), ...files];
  return ['--permission', ...readable.map((path) => `--allow-fs-read=${path}`), '--allow-worker', '--allow-addons'];
}

/** The folder of this program; the packages of an installed one lie beside it. */
const program = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/node_modules\/.*$/, '/node_modules/');

/**
 * A small young generation, and no collector threads, which wait for each other when the machine is busy. To optimise for size
 * or to make the generation smaller still would cost a third of the speed.
 */
const thrift = ['--max-semi-space-size=4', '--no-parallel-scavenge'];

/** A child process that follows one order at a time. */
export class Isolate {
  readonly #child: ChildProcess;
  readonly #memoryMb: number;
  readonly #reader: BlobReader | undefined;
  readonly #ended: Promise<FilemillError>;
  readonly #ready: Promise<unknown>;
  /** Resident memory in bytes after the latest order. */
  rss = 0;
  /** Orders that were followed. */
  served = 0;
  /** Called once when the process ends. A reaction to `#ended` for each order would keep all orders in memory. */
  #onEnd: (cause: FilemillError) => void = () => {};

  /** @param reader opens blobs without a local path */
  constructor(settings: IsolateSettings, reader?: BlobReader) {
    this.#memoryMb = settings.memoryMb;
    this.#reader = reader;
    // The environment says nothing else, because an analysis of foreign content must not see passwords.
    this.#child = fork(entry, [JSON.stringify(settings)], {
      execArgv: [...permissions(settings), ...thrift, `--max-old-space-size=${settings.memoryMb}`],
      env: { MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // Buffers go as they are.
      serialization: 'advanced',
    });
    // A message to a dead process is lost; its death is reported by `exit`.
    this.#child.on('error', () => undefined);
    this.#ready = once(this.#child, 'message', { signal: AbortSignal.timeout(startMs) }).catch(() => undefined);
    this.#ended = this.#end();
    void this.#ended.then((cause) => this.#onEnd(cause));
    offerToOutOfMemoryKiller(this.#child.pid);
  }

  get alive(): boolean {
    return this.#child.connected;
  }

  /**
   * @param deadlineMs the longest run, from when the process has started
   * @throws IsolateDeath, FilemillError ANALYZER_TIMEOUT, or the reason of an aborted signal; the latter two end the process
   */
  async run(order: IsolateOrder, deadlineMs: number, signal: AbortSignal): Promise<IsolateAnswer> {
    await using stack = new AsyncDisposableStack();
    const { promise, resolve, reject } = Promise.withResolvers<IsolateAnswer>();
    const give = this.#giverOf(order, stack);
    const abandon = (reason: unknown) => {
      reject(reason);
      this.#child.kill('SIGKILL');
    };
    const hear = ({ answer, ask, rss }: IsolateMessage) => {
      this.rss = rss;
      if (ask !== undefined) void give(ask);
      if (answer !== undefined) resolve(answer);
    };
    this.#child.on('message', hear);
    stack.defer(() => void this.#child.off('message', hear));
    stack.use(onAbort(signal, () => abandon(signal.reason)));
    this.#onEnd = (cause) => reject(new IsolateDeath(cause));
    if (!this.alive) void this.#ended.then(this.#onEnd);
    await Promise.race([this.#ready, promise]);
    const timer = setTimeout(() => abandon(timeout(deadlineMs)), deadlineMs);
    stack.defer(() => clearTimeout(timer));
    this.#child.send(order, () => undefined);
    const answer = await promise;
    this.served += 1;
    return answer;
  }

  #giverOf({ file }: IsolateOrder, stack: AsyncDisposableStack): (ask: Ask) => Promise<void> {
    if ('path' in file) return async () => undefined;
    const blob = stack.use(new GivenBlob(this.#reader, file.storageKey));
    // A message to a dead process is lost; its death is reported by `exit`.
    return async (ask) => {
      this.#child.send(await blob.give(ask), () => undefined);
    };
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #end(): Promise<FilemillError> {
    try {
      const [code, signal] = (await once(this.#child, 'exit')) as [number | null, NodeJS.Signals | null];
      if (signal === outgrown)
        return new FilemillError(
          'ANALYZER_OUT_OF_MEMORY',
          `The analysis needed more than the ${this.#memoryMb} MiB that its process may use.`,
        );
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      return new FilemillError('WORKER_CRASHED', `The process that ran the analysis alone ended ${how}.`);
    } catch (cause) {
      return new FilemillError('ANALYZER_ERROR', `The process cannot be started: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
}

const entry = fileURLToPath(import.meta.resolve('#analysis/run/isolate-process.ts'));

/** If memory runs out before the watch notices, Linux should kill this process rather than the worker. */
function offerToOutOfMemoryKiller(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // Not Linux, or not permitted: the watch still works.
  }
}
