import type { RpcClient } from '#client/rpc-client.ts';
import type { BlobStore } from '#domain/blob-store.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import type { Logger } from '#platform/logger.ts';
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
    for await (const keys of this.#blobs.keysMintedBefore(new Date(Date.now() - this.#ttlMs))) {
      if (signal.aborted) break;
      const orphans = await this.#withoutRow(keys, signal);
      for (const storageKey of orphans) await this.#blobs.remove(storageKey);
      swept += orphans.length;
    }
    if (swept > 0) this.#logger.info({ swept }, 'swept objects that no file names');
    return jittered(pauseMs);
  }

  async #withoutRow(storageKeys: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
    const { knownStorageKeys } = await this.#lifecycle.findStorageKeys({ storageKeys: [...storageKeys] }, { signal });
    const known = new Set(knownStorageKeys);
    return storageKeys.filter((storageKey) => !known.has(storageKey));
  }
}
