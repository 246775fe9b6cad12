import { TerminalWaiter } from '#client/terminal-waiter.ts';
import type { UploadOutcome } from '#client/upload-files.ts';
import { FilemillError } from '#domain/errors.ts';
import { fromServiceError, isRetryable } from '#platform/rpc/errors.ts';
import { describeFailure, type ExitCode } from './failure.ts';
import { FileLines } from './lookup.ts';
import { acknowledgedLine, type FileLine, receiptTable, refusedLine, resultTable } from './output/file-line.ts';
import { printable } from './output/printable.ts';
import type { UploadProgress } from './output/upload-progress.ts';
import { type RecordWriter, recordWriter } from './output/writer.ts';
import type { Session } from './session.ts';
import { UploadTally } from './upload-tally.ts';

type Acknowledged = UploadOutcome & { error: null };

/** Prints a line for each file of one upload, once its fate is known, and sums up. */
export class UploadReport {
  readonly #session: Session;
  readonly #progress: UploadProgress;
  readonly #writer: RecordWriter<FileLine>;
  readonly #wait: boolean;
  readonly #waiter: TerminalWaiter;
  readonly #lines: FileLines;
  readonly #tally = new UploadTally();
  readonly #followed = new Set<Promise<void>>();

  private constructor(session: Session, progress: UploadProgress, writer: RecordWriter<FileLine>, wait: boolean) {
    this.#session = session;
    this.#progress = progress;
    this.#writer = writer;
    this.#wait = wait;
    this.#waiter = new TerminalWaiter(session.files, session.retry);
    this.#lines = new FileLines(session);
  }

  /** @param wait true prints what the analysis found, false what was acknowledged */
  static async open(session: Session, progress: UploadProgress, wait: boolean): Promise<UploadReport> {
    const writer = await recordWriter(session.terminal, session.format, wait ? resultTable : receiptTable);
    return new UploadReport(session, progress, writer, wait);
  }

  take(outcome: UploadOutcome): void {
    this.#tally.outcome(outcome);
    this.#progress.fileEnded({ failed: outcome.error !== null });
    if (outcome.error !== null) this.#refused(outcome);
    else if (this.#wait) this.#follow(outcome);
    else this.#writer.write(acknowledgedLine(outcome.file, outcome.receipt));
  }

  /** Waits for what is still followed, says what was and was not acknowledged, and answers with the exit code. */
  async end(): Promise<ExitCode> {
    await Promise.all(this.#followed);
    this.#writer.end();
    const { terminal, signal } = this.#session;
    const summary = this.#tally.summary({ waited: this.#wait, stopped: signal.aborted });
    const stop: unknown = signal.aborted ? signal.reason : this.#tally.outage;
    if (stop !== undefined) terminal.complain(`filemill: ${describeFailure(stop)}`);
    if (signal.aborted || this.#tally.hasTrouble) terminal.complain(summary);
    else terminal.note(summary);
    return this.#tally.exitCode(signal.reason);
  }

  #refused(outcome: UploadOutcome & { receipt: null }): void {
    // For people refusals are remarks beside the table; for programs they are lines of their own.
    if (this.#session.format !== 'table') this.#writer.write(refusedLine(outcome));
    const name = printable(outcome.file.path || outcome.file.filename);
    // Why there was no answer is said once, at the end.
    const why = isRetryable(outcome.error) ? 'not acknowledged' : describeFailure(outcome.error);
    this.#session.terminal.complain(`✖ ${name}: ${why}`);
  }

  #follow(outcome: Acknowledged): void {
    const { filename, path } = outcome.file;
    if (this.#session.terminal.verbose)
      this.#session.terminal.note(`${printable(path || filename)} is acknowledged: ${outcome.receipt.id}`);
    this.#progress.waiting(1);
    const followed = this.#untilAnalysed(outcome).then(() => {
      this.#progress.waiting(-1);
      this.#followed.delete(followed);
    });
    this.#followed.add(followed);
  }

  async #untilAnalysed({ file, receipt }: Acknowledged): Promise<void> {
    try {
      const state = await this.#waiter.wait(receipt.id);
      if (state === undefined) throw new FilemillError('FILE_NOT_FOUND', 'It was deleted before its analysis ended.');
      const line = await this.#lines.of(state);
      this.#tally.analysed(line);
      this.#writer.write(line);
    } catch (cause) {
      const error = fromServiceError(cause);
      this.#tally.unfinished(error);
      this.#writer.write({
        ...acknowledgedLine(file, receipt),
        error: { code: error.reason.toLowerCase(), message: error.message },
      });
    }
  }
}
