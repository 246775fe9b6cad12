import type { BlobStore } from '#domain/blob-store.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { jittered, startDuty } from './duty.ts';

const keysPerRound = 256;
const pauseMs = 3_000;

/**
 * Removes the bytes of deleted files: takes their keys, unlinks, confirms. A key that is taken and not
 * confirmed comes back a minute later.
 */
export class DeletionDrain implements AsyncDisposable {
  readonly #lifecycle: RpcClient<typeof FileLifecycleService>;
  readonly #blobs: Pick<BlobStore, 'remove'>;
  readonly #logger: Logger;
  readonly #duty: AsyncDisposable;

  constructor(lifecycle: RpcClient<typeof FileLifecycleService>, blobs: Pick<BlobStore, 'remove'>, logger: Logger) {
    this.#lifecycle = lifecycle;
    this.#blobs = blobs;
    this.#logger = logger;
    this.#duty = startDuty({ name: 'deletion drain', logger, round: (signal) => this.#round(signal) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#duty[Symbol.asyncDispose]();
  }

  async #round(signal: AbortSignal): Promise<number> {
    const { storageKeys } = await this.#lifecycle.takeDeletions({ maxKeys: keysPerRound }, { signal });
    const removed = await this.#removeAll(storageKeys);
    if (removed.length > 0) await this.#lifecycle.confirmDeletions({ storageKeys: removed });
    return storageKeys.length === keysPerRound ? 0 : jittered(pauseMs);
  }

  /** Answers with the keys whose bytes are gone; one that resists does not hold up the others. */
  async #removeAll(storageKeys: readonly string[]): Promise<string[]> {
    const removed: string[] = [];
    for (const storageKey of storageKeys) {
      try {
        await this.#blobs.remove(storageKey);
        removed.push(storageKey);
      } catch (error) {
        this.#logger.warn({ err: error, storageKey }, 'cannot remove the bytes of a deleted file: will try again');
      }
    }
    return removed;
  }
}
