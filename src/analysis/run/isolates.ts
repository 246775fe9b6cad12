import {
  type AnalysisFile,
  type AnalysisOptions,
  type FileAnalyzer,
  type FileContext,
  type FindingError,
  leastOptions,
  type OutputData,
} from '#domain/analysis.ts';
import type { BlobReader } from '#domain/blob-store.ts';
import { FilemillError, type Reason } from '#domain/errors.ts';
import { abortWith } from '#platform/abort.ts';
import { Semaphore } from '#platform/semaphore.ts';
import { fileAnalyzersOf } from '../file-analyzers.ts';
import type * as Registry from '../registry.ts';
import { complete, fileAnalyzers, type StepOutcome } from './complete.ts';
import { Isolate, IsolateDeath } from './isolate.ts';
import type { IsolateAnswer, IsolateOrder, IsolateSettings } from './isolate-process.ts';
import type { KeptText } from './kept-text.ts';
import { type AnalyzeOptions, defaultRegistryUrl } from './pool.ts';

export interface IsolatesOptions extends Partial<IsolateSettings> {
  /** How many processes may run at once. */
  readonly processes: number;
  readonly memoryMb: number;
  /** The longest run of a file analyser, in milliseconds. */
  readonly findingsDeadlineMs: number;
  /** Opens blobs without a local path. */
  readonly reader?: BlobReader;
}

/** A file analyser that failed for another reason than the file. */
export interface FindingFailure {
  readonly analyzer: string;
  readonly why: string;
}

export interface Completed {
  readonly output: OutputData;
  /** The text that is to be kept, compressed with zstd. */
  readonly text: Uint8Array | undefined;
  readonly failures: readonly FindingFailure[];
  readonly runs: readonly AnalyzerRun[];
}

/** When analysers ran in one order, with its wait for a process: readings of performance.now(). */
export interface AnalyzerRun {
  readonly analyzers: readonly string[];
  readonly beganAt: number;
  readonly endedAt: number;
  /** The code of its error, if it found one instead of findings. */
  readonly error: string | undefined;
}

/** How long an idle process is kept for the next file. */
const keepIdleMs = 60_000;
/** Above this resident memory, a process that has paid for its start is replaced. */
const keepMb = 190;
const worthItsStart = 50;
/** The pass over so many bytes takes a small part of the deadline of one file analyser. */
const maxWholeBytes = 16 * 2 ** 20;

/**
 * Runs analyses in child processes that can be killed. A process that survives a file is used for the next. If such a process
 * dies, an earlier file may be the cause, so the file is retried in a new process, and only that outcome counts.
 */
export class Isolates implements AsyncDisposable {
  readonly #settings: IsolateSettings;
  readonly #reader: BlobReader | undefined;
  readonly #findingsDeadlineMs: number;
  readonly #slots: Semaphore;
  readonly #closing = new AbortController();
  readonly #idle: Isolate[] = [];
  readonly #analyzers: readonly FileAnalyzer[];
  #idleTimer: NodeJS.Timeout | undefined;
  #busy = 0;

  private constructor(
    settings: IsolateSettings,
    { processes, findingsDeadlineMs, reader }: IsolatesOptions,
    analyzers: readonly FileAnalyzer[],
  ) {
    this.#settings = settings;
    this.#reader = reader;
    this.#findingsDeadlineMs = findingsDeadlineMs;
    this.#slots = new Semaphore(processes);
    this.#analyzers = analyzers;
  }

  /** Starts no process yet: the first files do. */
  static async open(options: IsolatesOptions): Promise<Isolates> {
    const { registryUrl, options: asked = leastOptions, memoryMb, folder } = options;
    const analyzers = registryUrl === undefined ? fileAnalyzersOf(asked) : await fileAnalyzersIn(registryUrl, asked);
    const settings = { memoryMb, registryUrl: registryUrl ?? defaultRegistryUrl, options: asked, folder };
    return new Isolates(settings, options, analyzers);
  }

  /** Processes at work. */
  get busy(): number {
    return this.#busy;
  }

  /**
   * The pass over a file that may crash its process.
   *
   * @throws FilemillError as the pool does, and WORKER_CRASHED when the process died; the reason of an aborted signal
   */
  async analyze(file: AnalysisFile, { deadlineMs, signal }: AnalyzeOptions): Promise<OutputData> {
    const answer = await this.#run({ file, task: 'pass' }, deadlineMs, signal);
    if ('output' in answer) return answer.output;
    throw failureOf(answer);
  }

  /** Whether `readWhole` suits this file: by its name a file analyser will want it, and its pass is short. */
  expects({ filename, size }: Pick<AnalysisFile, 'filename' | 'size'>): boolean {
    return size <= maxWholeBytes && this.#analyzers.some((analyzer) => analyzer.expects?.(filename));
  }

  /**
   * The pass and all file analysers in one order, without the way to a thread of the pool and back.
   *
   * @returns undefined when anything went wrong: the pass of the pool and `complete` tell what it was
   * @throws the reason of an aborted signal
   */
  async readWhole(file: AnalysisFile, signal: AbortSignal): Promise<Completed | undefined> {
    const beganAt = performance.now();
    try {
      const answer = await this.#run({ file, task: 'whole' }, this.#findingsDeadlineMs, signal);
      if (!('output' in answer)) return undefined;
      const analyzers = Object.keys(answer.output.analyzers);
      const runs = [{ analyzers, beganAt, endedAt: performance.now(), error: undefined }];
      return { output: answer.output, text: unpacked(answer.text), failures: [], runs };
    } catch (error) {
      if (signal.aborted || this.#closing.signal.aborted) throw error;
      return undefined;
    }
  }

  /** Whether file analysers have something to add. */
  wants(output: OutputData): boolean {
    return this.#analyzers.some((analyzer) => analyzer.accepts(output));
  }

  /**
   * Adds the findings of the file analysers to the output of the pass. One that hangs, crashes or grows too large costs its
   * own findings.
   *
   * @throws FilemillError BLOB_* when the bytes cannot be read; the reason of an aborted signal
   */
  async complete(file: AnalysisFile, output: OutputData, signal: AbortSignal): Promise<Completed> {
    const failures: FindingFailure[] = [];
    const runs: AnalyzerRun[] = [];
    let text: Uint8Array | undefined;
    const run = async (analyzer: FileAnalyzer, context: FileContext): Promise<StepOutcome> => {
      const beganAt = performance.now();
      const { outcome, why } = await this.#step(file, analyzer, context, signal);
      const error = 'error' in outcome ? outcome.error.code : undefined;
      runs.push({ analyzers: [analyzer.name], beganAt, endedAt: performance.now(), error });
      if (why !== undefined) failures.push({ analyzer: analyzer.name, why });
      if ('text' in outcome) text = unpacked(outcome.text);
      return outcome;
    };
    return { output: await complete(output, file.filename, this.#analyzers, run), text, failures, runs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new FilemillError('SHUTTING_DOWN', 'The analysis is closed.'));
    clearTimeout(this.#idleTimer);
    await this.#killIdle();
  }

  async #step(file: AnalysisFile, { name }: FileAnalyzer, { core, findings }: FileContext, signal: AbortSignal) {
    try {
      const answer = await this.#run(
        { file, task: { analyzer: name, core, findings } },
        this.#findingsDeadlineMs,
        signal,
      );
      if ('step' in answer) return { outcome: answer.step, why: undefined };
      if ('defect' in answer) return { outcome: { error: errors.failed }, why: answer.defect };
      throw failureOf(answer);
    } catch (error) {
      const code = error instanceof FilemillError ? findingCodes[error.reason] : undefined;
      if (code === undefined || signal.aborted) throw error;
      return { outcome: { error: errors[code] }, why: (error as FilemillError).message };
    }
  }

  async #run(order: IsolateOrder, deadlineMs: number, signal: AbortSignal): Promise<IsolateAnswer> {
    const controller = new AbortController();
    using _link = abortWith(controller, [signal, this.#closing.signal]);
    const stop = controller.signal;
    using _slot = await this.#slots.take(stop);
    this.#busy += 1;
    try {
      return (await this.#runInSurvivor(order, deadlineMs, stop)) ?? (await this.#runInFresh(order, deadlineMs, stop));
    } finally {
      this.#busy -= 1;
    }
  }

  async #runInSurvivor(order: IsolateOrder, deadlineMs: number, stop: AbortSignal) {
    const survivor = this.#idle.pop();
    if (survivor?.alive !== true) return undefined;
    try {
      return await this.#runIn(survivor, order, deadlineMs, stop);
    } catch (error) {
      if (error instanceof IsolateDeath) return undefined;
      throw error;
    }
  }

  async #runInFresh(order: IsolateOrder, deadlineMs: number, stop: AbortSignal): Promise<IsolateAnswer> {
    try {
      return await this.#runIn(new Isolate(this.#settings, this.#reader), order, deadlineMs, stop);
    } catch (error) {
      throw error instanceof IsolateDeath ? error.cause : error;
    }
  }

  async #runIn(isolate: Isolate, order: IsolateOrder, deadlineMs: number, stop: AbortSignal): Promise<IsolateAnswer> {
    try {
      const answer = await isolate.run(order, deadlineMs, stop);
      // A failed analysis may have left something behind.
      const isSound = 'output' in answer || 'step' in answer;
      const isLarge = isolate.rss > keepMb * 2 ** 20 && isolate.served >= worthItsStart;
      if (isSound && !isLarge && !this.#closing.signal.aborted) this.#keep(isolate);
      else await isolate.kill();
      return answer;
    } catch (error) {
      await isolate.kill();
      throw error;
    }
  }

  #keep(isolate: Isolate): void {
    this.#idle.push(isolate);
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => void this.#killIdle(), keepIdleMs);
    this.#idleTimer.unref();
  }

  async #killIdle(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((isolate) => isolate.kill()));
  }
}

async function fileAnalyzersIn(registryUrl: string, options: AnalysisOptions): Promise<readonly FileAnalyzer[]> {
  const { registryOf } = (await import(registryUrl)) as typeof Registry;
  return fileAnalyzers(registryOf(options));
}

function unpacked(text: KeptText | undefined): Uint8Array | undefined {
  return text && Buffer.from(text.zstd, 'base64');
}

function failureOf(answer: IsolateAnswer): FilemillError {
  if ('failure' in answer) return new FilemillError(answer.failure.reason, answer.failure.message);
  return new FilemillError('ANALYZER_ERROR', 'The process of the analysis gave an unexpected answer.');
}

/** Failures that cost findings alone. */
const findingCodes: Partial<Record<Reason, keyof typeof errors>> = {
  ANALYZER_TIMEOUT: 'timeout',
  ANALYZER_OUT_OF_MEMORY: 'out_of_memory',
  WORKER_CRASHED: 'crashed',
};

const errors = {
  timeout: { code: 'timeout', message: 'The analysis took longer than it may.' },
  out_of_memory: { code: 'out_of_memory', message: 'The analysis needed more memory than it may use.' },
  crashed: { code: 'crashed', message: 'The process of the analysis ended.' },
  failed: { code: 'failed', message: 'The analyser could not deal with the file.' },
} as const satisfies Record<string, FindingError>;
