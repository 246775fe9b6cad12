import type { FilemillError } from '#domain/errors.ts';
import { isRetryable } from '#platform/rpc/errors.ts';
import type { UploadOutcome } from '#sdk/upload-files.ts';
import { CliError, type ExitCode, exitCodeOf, exitCodes } from './failure.ts';
import type { FileLine } from './output/file-line.ts';
import { formatBytes, formatDuration, plural } from './output/printable.ts';

/** Counts what became of the files of one `upload`, for its last words and its exit code. */
export class UploadTally {
  readonly #startedAt = performance.now();
  #acknowledged = 0;
  #bytes = 0;
  #refused = 0;
  #unanswered = 0;
  #completed = 0;
  #failed = 0;
  #unfinished = 0;
  #outage: FilemillError | undefined;

  outcome({ receipt, error }: UploadOutcome): void {
    if (receipt !== null) {
      this.#acknowledged += 1;
      this.#bytes += Number(receipt.size);
    } else if (isRetryable(error)) {
      this.#unanswered += 1;
      this.#outage = error;
    } else this.#refused += 1;
  }

  analysed({ status }: FileLine): void {
    if (status === 'COMPLETED') this.#completed += 1;
    else this.#failed += 1;
  }

  /** Acknowledged, but how its analysis ended was not learned. */
  unfinished(error: FilemillError): void {
    this.#unfinished += 1;
    this.#outage ??= error;
  }

  /** What was acknowledged and what was not. */
  summary({ waited, stopped }: { waited: boolean; stopped: boolean }): string {
    const took = formatDuration(performance.now() - this.#startedAt);
    const parts = [`${plural(this.#acknowledged, 'file')} acknowledged (${formatBytes(this.#bytes)}, ${took})`];
    if (waited) parts.push(`${this.#completed} completed`);
    if (this.#failed > 0) parts.push(`${this.#failed} failed`);
    if (this.#unfinished > 0) parts.push(`${this.#unfinished} kept by the server but not seen to end`);
    if (this.#refused > 0) parts.push(`${this.#refused} not uploaded`);
    if (this.#unanswered > 0)
      parts.push(
        `${this.#unanswered} without an answer: ${stopped ? 'they may or may not be kept' : 'not acknowledged'}`,
      );
    return `${parts.join(', ')}.${stopped ? ' Nothing else was begun.' : ''}`;
  }

  /** Why files are without an answer. */
  get outage(): FilemillError | undefined {
    return this.#outage;
  }

  get hasTrouble(): boolean {
    return this.#refused + this.#failed + this.#unanswered + this.#unfinished > 0;
  }

  /** @param stop why the command was told to stop, if it was */
  exitCode(stop: unknown): ExitCode {
    if (stop instanceof CliError) return stop.exitCode;
    if (this.#outage !== undefined) return exitCodeOf(this.#outage);
    return this.#refused + this.#failed > 0 ? exitCodes.someFailed : exitCodes.ok;
  }
}
