import type { BlobStore } from '#domain/blob-store.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcClient } from '#platform/rpc/client.ts';

const keysPerRound = 256;
const pauseMs = 3_000;

interface DeletionDrainOptions {
  readonly lifecycle: RpcClient<typeof FileLifecycleService>;
  readonly blobs: Pick<BlobStore, 'remove'>;
  readonly logger: Logger;
}

/**
 * Removes the bytes of deleted files: leases their keys, unlinks, confirms. An unconfirmed key comes back after a
 * minute.
 */
export function startDeletionDrain({ lifecycle, blobs, logger }: DeletionDrainOptions): Duty {
  /** Answers whether the bytes are gone; a failure does not hold up other keys. */
  const remove = async (storageKey: string) => {
    try {
      await blobs.remove(storageKey);
      return true;
    } catch (error) {
      logger.warn({ err: error, storageKey }, 'cannot remove the bytes of a deleted file: will retry');
      return false;
    }
  };
  const round = async (signal: AbortSignal) => {
    const { storageKeys } = await lifecycle.takeDeletions({ maxKeys: keysPerRound }, { signal });
    const outcomes = await Promise.all(storageKeys.map(remove));
    const removed = storageKeys.filter((_, n) => outcomes[n]);
    if (removed.length > 0) await lifecycle.confirmDeletions({ storageKeys: removed });
    return storageKeys.length === keysPerRound ? 0 : jittered(pauseMs);
  };
  return startDuty({ name: 'deletion drain', logger, round });
}
