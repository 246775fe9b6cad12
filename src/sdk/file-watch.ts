import { statusWord } from '#contract/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import { isTerminal } from '#domain/file-state.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { MetadataService, WatchFilesResponse } from '#gen/filemill/v1/metadata_service_pb.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { fromServiceError, isRetryable } from '#platform/rpc/errors.ts';
import { Outage } from '#platform/rpc/outage.ts';
import type { RetryOptions } from '#platform/rpc/retry.ts';

/** Ids in one call of WatchFiles, GetFiles, GetResults, RetryFiles, DeleteFiles. */
export const maxIdsPerCall = 1_000;

/** A watch is asked for anew after this time, in case the server forgot it. */
const renewMs = 300_000;

export interface FileUpdate {
  /** In lower case, as the server writes it. */
  readonly id: string;
  /** Its latest state; undefined when no file has this id, or no longer. */
  readonly file: File | undefined;
}

export interface WatchOptions extends RetryOptions {
  /** Told of what one message says. No further message is taken until this resolves. */
  readonly onUpdates: (updates: readonly FileUpdate[]) => Promise<void> | void;
  /** Only the end of each file is told. */
  readonly terminalOnly?: boolean;
}

/**
 * One stream for at most 1,000 ids in lower case. Asking again for what is not over yet resumes it, and is
 * how further ids join.
 */
export class FileWatch {
  readonly #files: RpcClient<typeof MetadataService>;
  readonly #options: WatchOptions;
  /** What was last told of those that are not over yet; empty for nothing. */
  readonly #open: Map<string, string>;
  #ended = false;
  #stream = new AbortController();
  #heard = false;
  #grown = false;

  constructor(files: RpcClient<typeof MetadataService>, ids: Iterable<string>, options: WatchOptions) {
    this.#files = files;
    this.#options = options;
    this.#open = new Map([...ids].map((id) => [id, '']));
  }

  /** Those that are not over yet. */
  get ids(): ReadonlyMap<string, unknown> {
    return this.#open;
  }

  /** No further ids may join. */
  get ended(): boolean {
    return this.#ended;
  }

  join(ids: Iterable<string>): void {
    for (const id of ids) this.#open.set(id, '');
    this.#grown = true;
    // A stream that was not heard yet may go on until it is: those that join often must not keep it from telling.
    if (this.#heard) this.#stream.abort();
  }

  /**
   * Ends when all of its files are terminal or gone.
   *
   * @throws FilemillError when the server stayed away, or the signal was aborted
   */
  async run(): Promise<void> {
    const { signal, forMs, onRetry } = this.#options;
    const outage = new Outage(forMs);
    try {
      while (this.#open.size > 0) {
        if (signal.aborted) throw new FilemillError('UNAVAILABLE', 'Stopped before the files had ended.');
        const startedAt = performance.now();
        try {
          await this.#follow(outage);
          if (this.#open.size > 0 && !this.#grown) await sleep(backoffMs(2), signal);
        } catch (cause) {
          const error = fromServiceError(cause);
          if (!signal.aborted && (this.#stream.signal.aborted || performance.now() - startedAt >= renewMs)) continue;
          if (signal.aborted || !isRetryable(error) || outage.isTooLong()) throw error;
          // A proxy may cut a stream that is silent, and what was heard of the server before is no outage.
          if (!this.#heard) onRetry?.(error);
          await sleep(outage.nextDelayMs(), signal);
        }
      }
    } finally {
      this.#ended = true;
    }
  }

  /** Until the stream ends, or further ids are to be asked for. */
  async #follow(outage: Outage): Promise<void> {
    this.#stream = new AbortController();
    this.#heard = false;
    this.#grown = false;
    const signal = AbortSignal.any([this.#options.signal, this.#stream.signal]);
    const request = { ids: [...this.#open.keys()], terminalOnly: this.#options.terminalOnly ?? false };
    for await (const update of this.#files.watchFiles(request, { signal, timeoutMs: renewMs })) {
      outage.end();
      await this.#take(update);
      if (this.#grown) return;
      this.#heard = true;
    }
  }

  async #take({ files, missingIds }: WatchFilesResponse): Promise<void> {
    const updates: FileUpdate[] = files.filter((file) => this.#isNews(file)).map((file) => ({ id: file.id, file }));
    for (const id of missingIds) if (this.#open.has(id)) updates.push({ id, file: undefined });
    for (const { id, file } of updates) if (file === undefined || isOver(file)) this.#open.delete(id);
    if (updates.length > 0) await this.#options.onUpdates(updates);
  }

  /** A stream that was opened again begins with the state of all its files. */
  #isNews({ id, status, updatedAt, attempt }: File): boolean {
    const state = `${status} ${attempt} ${updatedAt?.seconds}.${updatedAt?.nanos}`;
    if (!this.#open.has(id) || this.#open.get(id) === state) return false;
    this.#open.set(id, state);
    return true;
  }
}

export function isOver(file: File): boolean {
  const status = statusWord(file.status);
  return status !== undefined && isTerminal(status);
}
