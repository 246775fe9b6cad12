import type { AnalysisFile, OutputData } from '#domain/analysis.ts';
import { FilemillError } from '#domain/errors.ts';
import { Semaphore } from '#platform/semaphore.ts';
import type { ProcessSettings } from './analysis-process.ts';
import type { AnalysisOutcome } from './analysis-thread.ts';
import { LoneProcess, ProcessDeath } from './lone-process.ts';
import type { AnalyzeOptions } from './pool.ts';

/** How long an idle process is kept for the next file. */
const keepIdleMs = 5_000;

/**
 * Analyses files that may crash their process: one at a time, in a child process with a memory limit. A process that survives
 * a file is used for the next. If such a process dies, an earlier file may be the cause, so the file is retried in a new
 * process, and only that outcome counts.
 */
export class LoneAnalysis implements AsyncDisposable {
  readonly #settings: ProcessSettings;
  readonly #turn = new Semaphore(1);
  readonly #closing = new AbortController();
  #idle: LoneProcess | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(settings: ProcessSettings) {
    this.#settings = settings;
  }

  /**
   * @throws FilemillError as the pool does, and WORKER_CRASHED when the process died; the reason of an aborted signal
   */
  async analyze(file: AnalysisFile, { deadlineMs, signal }: AnalyzeOptions): Promise<OutputData> {
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    using _turn = await this.#turn.take(stop);
    const survived = await this.#runInSurvivor(file, deadlineMs, stop);
    const outcome = survived ?? (await this.#runInFresh(file, deadlineMs, stop));
    if ('output' in outcome) return outcome.output;
    throw new FilemillError(outcome.failure.reason, outcome.failure.message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new FilemillError('SHUTTING_DOWN', 'The analysis is closed.'));
    await this.#takeIdle()?.kill();
  }

  async #runInSurvivor(file: AnalysisFile, deadlineMs: number, stop: AbortSignal) {
    const survivor = this.#takeIdle();
    if (survivor?.alive !== true) return undefined;
    try {
      return await this.#run(survivor, file, deadlineMs, stop);
    } catch (error) {
      if (error instanceof ProcessDeath) return undefined;
      throw error;
    }
  }

  async #runInFresh(file: AnalysisFile, deadlineMs: number, stop: AbortSignal): Promise<AnalysisOutcome> {
    try {
      return await this.#run(new LoneProcess(this.#settings), file, deadlineMs, stop);
    } catch (error) {
      throw error instanceof ProcessDeath ? error.cause : error;
    }
  }

  async #run(lone: LoneProcess, file: AnalysisFile, deadlineMs: number, stop: AbortSignal): Promise<AnalysisOutcome> {
    try {
      const outcome = await lone.run(file, deadlineMs, stop);
      // A failed analysis may have left something behind.
      if ('output' in outcome) this.#keep(lone);
      else await lone.kill();
      return outcome;
    } catch (error) {
      await lone.kill();
      throw error;
    }
  }

  #keep(lone: LoneProcess): void {
    this.#idle = lone;
    this.#idleTimer = setTimeout(() => void this.#takeIdle()?.kill(), keepIdleMs);
  }

  #takeIdle(): LoneProcess | undefined {
    clearTimeout(this.#idleTimer);
    const idle = this.#idle;
    this.#idle = undefined;
    return idle;
  }
}
