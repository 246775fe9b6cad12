import { Piscina } from 'piscina';
import type { AnalysisFile, OutputData } from '#domain/analysis.ts';
import { FilemillError } from '#domain/errors.ts';
import type { AnalysisOutcome, ThreadSettings } from './analysis-thread.ts';
import './registry.ts'; // a service must not start with a registry that is refused
import { Slots } from './slots.ts';

export interface AnalysisPoolOptions {
  /** Files analysed at once. */
  readonly threads: number;
  /** Largest JavaScript heap of one thread, in MiB. Buffers are not counted. */
  readonly heapMb: number;
  /** The module whose `analyzers` the threads run. */
  readonly registryUrl?: string;
}

export interface AnalyzeOptions {
  /** Longest run, from when a thread takes the file. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/**
 * Worker threads that analyse files, one file each at a time. A thread that hangs, runs out of memory or
 * dies costs only the file it was on: it is replaced and the other threads go on. Idle threads stay warm
 * and sleep.
 */
export class AnalysisPool implements AsyncDisposable {
  readonly threads: number;
  readonly #piscina: Piscina<AnalysisFile, AnalysisOutcome>;
  /** Keeps the library's queue empty, so that a deadline starts with the run and not with the wait. */
  readonly #slots: Slots;
  readonly #closing = new AbortController();

  constructor({ threads, heapMb, registryUrl = defaultRegistryUrl }: AnalysisPoolOptions) {
    this.threads = threads;
    this.#slots = new Slots(threads);
    this.#piscina = new Piscina({
      filename: new URL('./analysis-thread.ts', import.meta.url).href,
      workerData: { registryUrl } satisfies ThreadSettings,
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
      recordTiming: false,
    });
    // A thread that dies between files has failed none; without a listener it would end the process.
    this.#piscina.on('error', () => {});
  }

  /**
   * Analyses one file; waits for a free thread first.
   *
   * @throws FilemillError ANALYZER_ERROR, ANALYZER_TIMEOUT, ANALYZER_OUT_OF_MEMORY, BLOB_MISSING;
   *   SHUTTING_DOWN when the pool is disposed of; the signal's reason when that is aborted
   */
  async analyze(file: AnalysisFile, { deadlineMs, signal }: AnalyzeOptions): Promise<OutputData> {
    using stop = new Stop(signal, this.#closing.signal);
    using _slot = await this.#slots.take(stop.signal);
    stop.startDeadline(deadlineMs);
    const outcome = await this.#run(file, stop.signal);
    if ('output' in outcome) return outcome.output;
    throw new FilemillError(outcome.failure.reason, outcome.failure.message);
  }

  async #run({ path, filename, size }: AnalysisFile, signal: AbortSignal): Promise<AnalysisOutcome> {
    try {
      return await this.#piscina.run({ path, filename, size }, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw fromThreadDeath(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new FilemillError('SHUTTING_DOWN', 'The analysis pool is closed.'));
    await this.#piscina.destroy();
  }
}

const defaultRegistryUrl = new URL('./registry.ts', import.meta.url).href;

/** What ends one analysis early: its caller, the end of the pool, or its deadline. */
class Stop implements Disposable {
  readonly #controller = new AbortController();
  readonly #sources: readonly AbortSignal[];
  #timer: NodeJS.Timeout | undefined;

  constructor(...sources: readonly AbortSignal[]) {
    this.#sources = sources;
    for (const source of sources) source.addEventListener('abort', this.#forward);
    this.#forward();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  startDeadline(ms: number): void {
    const expire = () =>
      this.#controller.abort(new FilemillError('ANALYZER_TIMEOUT', `The analysis ran past its deadline of ${ms} ms.`));
    this.#timer = setTimeout(expire, ms);
  }

  readonly #forward = () => {
    const source = this.#sources.find(({ aborted }) => aborted);
    if (source !== undefined) this.#controller.abort(source.reason);
  };

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const source of this.#sources) source.removeEventListener('abort', this.#forward);
  }
}

/** The thread ended while it held the file. */
function fromThreadDeath(cause: unknown): FilemillError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new FilemillError('ANALYZER_OUT_OF_MEMORY', 'The analysis needed more memory than its thread may use.', {
      cause,
    });
  return new FilemillError('ANALYZER_ERROR', `The analysis thread died: ${message}`, { cause });
}
