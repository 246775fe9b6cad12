import type { Blob, BlobStore } from '#domain/blob-store.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { jittered, startDuty } from './duty.ts';

const pauseMs = 60 * 60 * 1_000;

/**
 * Deletes objects that no row names: uploads whose registration failed or was never answered. Only
 * objects older than `ttlMs`, which must be well above the hour in which a key may still be registered:
 * after that, a key without a row can never get one.
 */
export class OrphanSweeper implements AsyncDisposable {
  readonly #lifecycle: RpcClient<typeof FileLifecycleService>;
  readonly #blobs: BlobStore;
  readonly #ttlMs: number;
  readonly #logger: Logger;
  readonly #duty: AsyncDisposable;

  constructor(
    lifecycle: RpcClient<typeof FileLifecycleService>,
    blobs: BlobStore,
    options: { ttlMs: number; logger: Logger },
  ) {
    this.#lifecycle = lifecycle;
    this.#blobs = blobs;
    this.#ttlMs = options.ttlMs;
    this.#logger = options.logger;
    this.#duty = startDuty({
      name: 'orphan sweeper',
      logger: options.logger,
      round: (signal) => this.#round(signal),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#duty[Symbol.asyncDispose]();
  }

  async #round(signal: AbortSignal): Promise<number> {
    let swept = 0;
    for await (const blobs of this.#blobs.finishedBefore(new Date(Date.now() - this.#ttlMs))) {
      if (signal.aborted) break;
      const orphans = await this.#withoutRow(blobs, signal);
      for (const { storageKey } of orphans) await this.#blobs.remove(storageKey);
      swept += orphans.length;
    }
    if (swept > 0) this.#logger.info({ swept }, 'swept objects that no file names');
    return jittered(pauseMs);
  }

  async #withoutRow(blobs: readonly Blob[], signal: AbortSignal): Promise<readonly Blob[]> {
    const columns = { ids: blobs.map(({ id }) => id), storageKeys: blobs.map(({ storageKey }) => storageKey) };
    const known = new Set((await this.#lifecycle.findBlobs(columns, { signal })).knownStorageKeys);
    return blobs.filter(({ storageKey }) => !known.has(storageKey));
  }
}
