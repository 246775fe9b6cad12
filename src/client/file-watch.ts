import { FilemillError } from '#domain/errors.ts';
import { isTerminal } from '#domain/file-state.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { MetadataService, WatchFilesResponse } from '#gen/filemill/v1/metadata_service_pb.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import { fromServiceError, isRetryable } from '#platform/rpc/errors.ts';
import { Outage } from './outage.ts';
import type { RetryOptions } from './retry.ts';
import type { RpcClient } from './rpc-client.ts';
import { statusWord } from './wire.ts';

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
  readonly onUpdate: (update: FileUpdate) => void;
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
  readonly #open: Set<string>;
  #ended = false;
  #stream = new AbortController();
  #heard = false;
  #grown = false;

  constructor(files: RpcClient<typeof MetadataService>, ids: Iterable<string>, options: WatchOptions) {
    this.#files = files;
    this.#options = options;
    this.#open = new Set(ids);
  }

  /** Those that are not over yet. */
  get ids(): ReadonlySet<string> {
    return this.#open;
  }

  /** No further ids may join. */
  get ended(): boolean {
    return this.#ended;
  }

  join(ids: Iterable<string>): void {
    for (const id of ids) this.#open.add(id);
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
    const request = { ids: [...this.#open], terminalOnly: this.#options.terminalOnly ?? false };
    for await (const update of this.#files.watchFiles(request, { signal, timeoutMs: renewMs })) {
      outage.end();
      this.#take(update);
      if (this.#grown) return;
      this.#heard = true;
    }
  }

  #take({ files, missingIds }: WatchFilesResponse): void {
    for (const file of files) {
      if (isOver(file)) this.#open.delete(file.id);
      this.#options.onUpdate({ id: file.id, file });
    }
    for (const id of missingIds) {
      this.#open.delete(id);
      this.#options.onUpdate({ id, file: undefined });
    }
  }
}

export function isOver(file: File): boolean {
  const status = statusWord(file.status);
  return status !== undefined && isTerminal(status);
}
