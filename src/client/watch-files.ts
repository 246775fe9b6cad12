import { isTerminal } from '#domain/file-state.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import { Batcher } from '#platform/batcher.ts';
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
  readonly id: string;
  /** Its latest state; undefined when no file has this id, or no longer. */
  readonly file: File | undefined;
}

export type WatchOptions = RetryOptions & { readonly onUpdate: (update: FileUpdate) => void };

/** Reports each file's state now and whenever it changes, until all are terminal or gone. */
export async function watchFiles(
  files: RpcClient<typeof MetadataService>,
  ids: readonly string[],
  options: WatchOptions,
): Promise<void> {
  const groups: string[][] = [];
  for (let start = 0; start < ids.length; start += maxIdsPerCall) groups.push(ids.slice(start, start + maxIdsPerCall));
  await Promise.all(groups.map((group) => watchGroup(files, group, options)));
}

/** Waits for many files to become terminal: ids that come while groups are being watched form the next group. */
export class TerminalWaiter {
  readonly #batcher: Batcher<string, undefined>;
  readonly #waiting = new Map<string, PromiseWithResolvers<File | undefined>>();

  constructor(files: RpcClient<typeof MetadataService>, options: RetryOptions) {
    this.#batcher = new Batcher(
      async (ids) => {
        await watchGroup(files, ids, { ...options, onUpdate: (update) => this.#settle(update) });
        return ids.map(() => undefined);
      },
      { maxBatch: maxIdsPerCall, maxInFlight: 4 },
    );
  }

  /**
   * The file once it is COMPLETED or FAILED; undefined when it is unknown or was deleted.
   *
   * @throws FilemillError when the server stayed away, or the signal was aborted
   */
  wait(id: string): Promise<File | undefined> {
    const known = this.#waiting.get(id);
    if (known !== undefined) return known.promise;
    const waiting = Promise.withResolvers<File | undefined>();
    this.#waiting.set(id, waiting);
    this.#batcher.add(id).catch(waiting.reject);
    return waiting.promise;
  }

  #settle({ id, file }: FileUpdate): void {
    if (file !== undefined && !isOver(file)) return;
    this.#waiting.get(id)?.resolve(file);
    this.#waiting.delete(id);
  }
}

/** One stream for at most 1,000 ids; asking again for what is not over yet resumes it. */
async function watchGroup(
  files: RpcClient<typeof MetadataService>,
  ids: readonly string[],
  { signal, forMs, onRetry, onUpdate }: WatchOptions,
): Promise<void> {
  const open = new Set(ids);
  const outage = new Outage(forMs);
  while (open.size > 0) {
    const startedAt = performance.now();
    try {
      for await (const update of files.watchFiles({ ids: [...open] }, { signal, timeoutMs: renewMs })) {
        outage.end();
        for (const file of update.files) {
          if (isOver(file)) open.delete(file.id);
          onUpdate({ id: file.id, file });
        }
        for (const id of update.missingIds) {
          open.delete(id);
          onUpdate({ id, file: undefined });
        }
      }
      if (open.size > 0) await sleep(backoffMs(2), signal);
    } catch (cause) {
      const error = fromServiceError(cause);
      if (!signal.aborted && performance.now() - startedAt >= renewMs) continue;
      if (signal.aborted || !isRetryable(error) || outage.isTooLong()) throw error;
      onRetry?.(error);
      await sleep(outage.nextDelayMs(), signal);
    }
    signal.throwIfAborted();
  }
}

function isOver(file: File): boolean {
  const status = statusWord(file.status);
  return status !== undefined && isTerminal(status);
}
