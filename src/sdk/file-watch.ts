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

/** The server accepts this many ids in one call. */
export const maxIdsPerCall = 1_000;

/** A watch is renewed after this time, in case the server has lost it. */
const renewMs = 300_000;

export interface FileUpdate {
  /** The id in lower case, as the server writes it. */
  readonly id: string;
  /** The latest state; undefined when no such file exists, or it was deleted. */
  readonly file: File | undefined;
}

export interface WatchOptions extends RetryOptions {
  /** Receives the updates of one message. The next message is read once this resolves. */
  readonly onUpdates: (updates: readonly FileUpdate[]) => Promise<void> | void;
  /** Reports terminal states only. */
  readonly terminalOnly?: boolean;
}

/** Watches at most 1,000 ids over one stream. It is reopened with the ids still open, to resume and to add ids. */
export class FileWatch {
  readonly #files: RpcClient<typeof MetadataService>;
  readonly #options: WatchOptions;
  /** The state last reported for each id still open; empty before the first. */
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

  /** The ids that are still open. */
  get ids(): ReadonlyMap<string, unknown> {
    return this.#open;
  }

  /** No more ids may join. */
  get ended(): boolean {
    return this.#ended;
  }

  join(ids: Iterable<string>): void {
    for (const id of ids) this.#open.set(id, '');
    this.#grown = true;
    // Let a new stream deliver its first message: frequent joins must not starve it.
    if (this.#heard) this.#stream.abort();
  }

  /**
   * Resolves when all its files are terminal or gone.
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
          // A proxy may cut an idle stream: after a message was received, that is no outage.
          if (!this.#heard) onRetry?.(error);
          await sleep(outage.nextDelayMs(), signal);
        }
      }
    } finally {
      this.#ended = true;
    }
  }

  /** Reads one stream until it ends or has to be reopened for new ids. */
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

  /** A reopened stream repeats the state of all its files. */
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
