import { Piscina } from 'piscina';
import {
  type AnalysisFile,
  type AnalysisOptions,
  type HandOverOutcome,
  leastOptions,
  type OutputData,
} from '#domain/analysis.ts';
import { FilemillError } from '#domain/errors.ts';
import { abortWith } from '#platform/abort.ts';
import { Semaphore } from '#platform/semaphore.ts';
import type { AnalysisOutcome, HandOver, ThreadSettings } from './analysis-thread.ts';
import type { BlobsModule } from './blobs-module.ts';
import { Progress } from './progress.ts';

export interface AnalysisPoolOptions {
  /** How many batches are analysed at once. */
  readonly threads: number;
  /** The largest JavaScript heap of a thread in MiB, without Buffers. */
  readonly heapMb: number;
  /** The module that makes the analysers: `registryOf(options)`. */
  readonly registryUrl?: string;
  readonly options?: AnalysisOptions;
  readonly blobs?: BlobsModule;
}

export interface AnalyzeOptions {
  /** The longest run, from when a thread begins the file. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

type FileWithDeadline = AnalysisFile & Pick<AnalyzeOptions, 'deadlineMs'>;

/**
 * Worker threads that analyse files, each one file after the other. A thread that hangs, runs out of memory or dies fails only
 * its current file, and is replaced. Idle threads stay alive.
 */
export class AnalysisPool implements AsyncDisposable {
  readonly threads: number;
  /** The size of a batch: as many files as a worker claims at once, whose results are saved in one call. */
  readonly perHandOver = 256;
  readonly #piscina: Piscina<HandOver, AnalysisOutcome[]>;
  /** Keeps the library's queue empty, so that a deadline starts with the run and not in the queue. */
  readonly #slots: Semaphore;
  readonly #closing = new AbortController();

  constructor({
    threads,
    heapMb,
    registryUrl = defaultRegistryUrl,
    options = leastOptions,
    blobs,
  }: AnalysisPoolOptions) {
    this.threads = threads;
    this.#slots = new Semaphore(threads);
    this.#piscina = new Piscina({
      filename: import.meta.resolve('#analysis/run/analysis-thread.ts'),
      workerData: { registryUrl, options, blobs } satisfies ThreadSettings,
      // The others start with the first files for them: each holds some 25 MiB.
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
      recordTiming: false,
    });
    // Without a listener, a thread that dies between files would end the process.
    this.#piscina.on('error', () => {});
  }

  /**
   * Analyses one file; waits for a free thread first.
   *
   * @throws FilemillError ANALYZER_ERROR, ANALYZER_TIMEOUT, ANALYZER_OUT_OF_MEMORY, BLOB_MISSING,
   *   BLOB_DAMAGED; SHUTTING_DOWN when the pool is disposed of; the signal's reason when that is aborted
   */
  async analyze(file: AnalysisFile, { deadlineMs, signal }: AnalyzeOptions): Promise<OutputData> {
    const [outcome] = await this.#handOver([{ ...file, deadlineMs }], signal);
    if (outcome !== undefined && outcome !== 'again' && 'output' in outcome) return outcome.output;
    throw outcome !== undefined && outcome !== 'again' ? outcome.failure : new Error('The thread answered nothing.');
  }

  /**
   * Analyses files one after the other on one thread; outcomes in the order of `files`. Never rejects: a file that ends the
   * thread fails as in `analyze`, and all others of the batch are `again`.
   */
  async analyzeAll(files: readonly FileWithDeadline[]): Promise<readonly HandOverOutcome[]> {
    try {
      return files.length === 0 ? [] : await this.#handOver(files, this.#closing.signal);
    } catch (failure) {
      return files.map(() => ({ failure }));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new FilemillError('SHUTTING_DOWN', 'The analysis pool is closed.'));
    await this.#piscina.destroy();
  }

  async #handOver(files: readonly FileWithDeadline[], signal: AbortSignal): Promise<HandOverOutcome[]> {
    using stop = new Stop(signal, this.#closing.signal);
    using _slot = await this.#slots.take(stop.signal);
    const progress = new Progress();
    stop.watch(progress, files);
    try {
      const handOver = { files: files.map(({ deadlineMs: _, ...file }) => file), progress: progress.memory };
      return (await this.#piscina.run(handOver, { signal: stop.signal })).map(fromThread);
    } catch (error) {
      if (stop.stopped) throw stop.signal.reason;
      const failure = stop.signal.aborted ? stop.signal.reason : fromThreadDeath(error);
      const { index } = progress;
      return files.map((_, n) => (n === index ? { failure } : 'again'));
    }
  }
}

/** The analysers of production. */
export const defaultRegistryUrl = import.meta.resolve('#analysis/registry.ts');

/** Ends a batch early: on a signal of its caller or of the pool, or at the deadline of the current file. */
class Stop implements Disposable {
  readonly #controller = new AbortController();
  readonly #sources: readonly AbortSignal[];
  readonly #link: Disposable;
  #timer: NodeJS.Timeout | undefined;

  constructor(...sources: readonly AbortSignal[]) {
    this.#sources = sources;
    this.#link = abortWith(this.#controller, sources);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether a signal, not a deadline, ended the batch. */
  get stopped(): boolean {
    return this.#sources.some(({ aborted }) => aborted);
  }

  /** Each file has its own deadline from when the thread begins it, and the first from now. */
  watch(progress: Progress, files: readonly FileWithDeadline[]): void {
    const beganAt = performance.now();
    const look = () => {
      const { index, elapsedMs } = progress;
      const deadlineMs = files[index]?.deadlineMs ?? 0;
      const left = deadlineMs - (elapsedMs || performance.now() - beganAt);
      if (left > 0) this.#timer = setTimeout(look, left);
      else this.#controller.abort(timeout(deadlineMs));
    };
    look();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#link[Symbol.dispose]();
  }
}

export function timeout(deadlineMs: number): FilemillError {
  return new FilemillError('ANALYZER_TIMEOUT', `The analysis ran past its deadline of ${deadlineMs} ms.`);
}

function fromThread(outcome: AnalysisOutcome): HandOverOutcome {
  if ('output' in outcome) return outcome;
  return { failure: new FilemillError(outcome.failure.reason, outcome.failure.message) };
}

/** The failure of a file whose thread ended. */
function fromThreadDeath(cause: unknown): FilemillError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new FilemillError('ANALYZER_OUT_OF_MEMORY', 'The analysis needed more memory than its thread may use.', {
      cause,
    });
  return new FilemillError('ANALYZER_ERROR', `The analysis thread died: ${message}`, { cause });
}
