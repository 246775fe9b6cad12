import { FilemillError } from '#domain/errors.ts';
import type { UploadFileResponse } from '#gen/filemill/v1/upload_service_pb.ts';
import { fromServiceError, isRetryable } from '#platform/rpc/errors.ts';
import type { Noted } from '#sdk/compact-queue.ts';
import type { UploadOutcome } from '#sdk/upload-files.ts';
import { type NotedUpdate, WatchPool } from '#sdk/watch-pool.ts';
import { CliError, describeFailure, type ExitCode, exitCodeOf, exitCodes } from './failure.ts';
import { FileLines } from './lookup.ts';
import { acknowledgedLine, type FileLine, receiptTable, refusedLine, resultTable } from './output/file-line.ts';
import { formatBytes, formatDuration, plural, printable } from './output/printable.ts';
import type { UploadProgress } from './output/upload-progress.ts';
import { isForPeople, type RecordWriter, recordWriter } from './output/writer.ts';
import type { Session } from './session.ts';

type Acknowledged = UploadOutcome & { error: null };

/** Prints a line for each file of one upload when its outcome is known, and a summary. */
export class UploadReport {
  readonly #session: Session;
  readonly #progress: UploadProgress;
  readonly #writer: RecordWriter<FileLine>;
  readonly #wait: boolean;
  readonly #pool: WatchPool;
  readonly #lines: FileLines;
  readonly #tally = new UploadTally();

  private constructor(session: Session, progress: UploadProgress, writer: RecordWriter<FileLine>, wait: boolean) {
    this.#session = session;
    this.#progress = progress;
    this.#writer = writer;
    this.#wait = wait;
    this.#pool = new WatchPool(session.files, {
      ...session.retry,
      terminalOnly: true,
      onUpdates: (updates) => this.#ended(updates),
      onLost: (file, error) => this.#unfinished(file, error),
    });
    this.#lines = new FileLines(session);
  }

  /** @param wait whether to print results of the analysis, or else acknowledgements */
  static async open(session: Session, progress: UploadProgress, wait: boolean): Promise<UploadReport> {
    const writer = await recordWriter(session.terminal, session.format, wait ? resultTable : receiptTable);
    return new UploadReport(session, progress, writer, wait);
  }

  take(outcome: UploadOutcome): void {
    this.#tally.outcome(outcome);
    this.#progress.fileEnded({ failed: outcome.error !== null, name: outcome.file.path || outcome.file.filename });
    if (outcome.error !== null) this.#refused(outcome);
    else if (this.#wait) this.#follow(outcome);
    else this.#writer.write(acknowledgedLine(outcome.file, outcome.receipt));
  }

  /** Waits for files that are still watched, prints the summary, and answers with the exit code. */
  async end(): Promise<ExitCode> {
    await this.#pool.idle();
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
    // People read refusals beside the table; programs get a record for each.
    if (!isForPeople(this.#session.format)) this.#writer.write(refusedLine(outcome));
    const name = printable(outcome.file.path || outcome.file.filename);
    // The reason for missing answers is printed once, at the end.
    const why = isRetryable(outcome.error) ? 'not acknowledged' : describeFailure(outcome.error);
    this.#session.terminal.complain(`✖ ${name}: ${why}`);
  }

  #follow({ file, receipt }: Acknowledged): void {
    const { filename, path } = file;
    if (this.#session.terminal.verbose)
      this.#session.terminal.note(`${printable(path || filename)} is acknowledged: ${receipt.id}`);
    this.#progress.waiting(1);
    this.#pool.add(receipt.id, noteOf(file, receipt));
  }

  async #ended(updates: readonly NotedUpdate[]): Promise<void> {
    const known = updates.flatMap(({ file }) => file ?? []);
    try {
      for (const line of await this.#lines.ofAll(known)) {
        this.#progress.waiting(-1);
        this.#tally.analysed(line);
        this.#writer.write(line);
      }
    } catch (cause) {
      for (const update of updates) if (update.file !== undefined) this.#unfinished(update, fromServiceError(cause));
    }
    const deleted = new FilemillError('FILE_NOT_FOUND', 'It was deleted before its analysis ended.');
    for (const update of updates) if (update.file === undefined) this.#unfinished(update, deleted);
  }

  #unfinished({ id, note }: Noted, error: FilemillError): void {
    this.#progress.waiting(-1);
    this.#tally.unfinished(error);
    const known = { code: error.reason.toLowerCase(), message: error.message };
    this.#writer.write({ ...acknowledgedLine(...ofNote(id, note)), error: known });
  }
}

/** Notes are compact, since a million files may be acknowledged and not analysed yet. */
function noteOf({ filename, path }: UploadOutcome['file'], { size }: UploadFileResponse): string {
  return `${size}${path === '' ? ' ' : '/'}${path || filename}`;
}

function ofNote(id: string, note: string): Parameters<typeof acknowledgedLine> {
  const [, size = '0', sign, name = ''] = /^(\d+)([ /])(.*)$/s.exec(note) ?? [];
  const file =
    sign === '/' ? { filename: name.slice(name.lastIndexOf('/') + 1), path: name } : { filename: name, path: '' };
  return [file, { id, size: BigInt(size) }];
}

/** Counts the outcomes of one `upload` for its summary and its exit code. */
class UploadTally {
  readonly #startedAt = performance.now();
  #acknowledged = 0;
  #bytes = 0;
  #refused = 0;
  #unanswered = 0;
  #completed = 0;
  #failed = 0;
  #unfinished = 0;
  /** The reason why files have no answer. */
  outage: FilemillError | undefined;

  outcome({ receipt, error }: UploadOutcome): void {
    if (receipt !== null) {
      this.#acknowledged += 1;
      this.#bytes += Number(receipt.size);
    } else if (isRetryable(error)) {
      this.#unanswered += 1;
      this.outage = error;
    } else this.#refused += 1;
  }

  analysed({ status }: FileLine): void {
    if (status === 'COMPLETED') this.#completed += 1;
    else this.#failed += 1;
  }

  /** Counts a file that was acknowledged, but whose end is not known. */
  unfinished(error: FilemillError): void {
    this.#unfinished += 1;
    this.outage ??= error;
  }

  summary({ waited, stopped }: { waited: boolean; stopped: boolean }): string {
    const took = formatDuration(performance.now() - this.#startedAt);
    const parts = [`${plural(this.#acknowledged, 'file')} acknowledged (${formatBytes(this.#bytes)}, ${took})`];
    if (waited) parts.push(`${this.#completed} completed`);
    if (this.#failed > 0) parts.push(`${this.#failed} failed`);
    if (this.#unfinished > 0) parts.push(`${this.#unfinished} stored but not seen to end`);
    if (this.#refused > 0) parts.push(`${this.#refused} not uploaded`);
    if (this.#unanswered > 0)
      parts.push(
        `${this.#unanswered} without an answer: ${stopped ? 'they may or may not be stored' : 'not acknowledged'}`,
      );
    return `${parts.join(', ')}.${stopped ? ' No other file was begun.' : ''}`;
  }

  get hasTrouble(): boolean {
    return this.#refused + this.#failed + this.#unanswered + this.#unfinished > 0;
  }

  /** @param stop why the command was told to stop, if it was */
  exitCode(stop: unknown): ExitCode {
    if (stop instanceof CliError) return stop.exitCode;
    if (this.outage !== undefined) return exitCodeOf(this.outage);
    return this.#refused + this.#failed > 0 ? exitCodes.someFailed : exitCodes.ok;
  }
}
