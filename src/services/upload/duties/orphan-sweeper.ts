import type { Blob, BlobStore } from '#domain/blob-store.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcClient } from '#platform/rpc/client.ts';

const pauseMs = 60 * 60 * 1_000;

interface OrphanSweeperOptions {
  readonly lifecycle: RpcClient<typeof FileLifecycleService>;
  readonly blobs: Pick<BlobStore, 'remove'> & Pick<VolumeUpkeep, 'finishedBefore'>;
  readonly orphanTtlMs: number;
  readonly logger: Logger;
}

/**
 * Deletes objects that no row names: their registration failed or was never answered. `orphanTtlMs` must be well above
 * the hour in which an id may still be registered: after that, an object without a row can never get one.
 */
export function startOrphanSweeper({ lifecycle, blobs, orphanTtlMs, logger }: OrphanSweeperOptions): Duty {
  const withoutRow = async (found: readonly Blob[], signal: AbortSignal) => {
    const columns = { ids: found.map(({ id }) => id), storageKeys: found.map(({ storageKey }) => storageKey) };
    const known = new Set((await lifecycle.findBlobs(columns, { signal })).knownStorageKeys);
    return found.filter(({ storageKey }) => !known.has(storageKey));
  };
  const round = async (signal: AbortSignal) => {
    let swept = 0;
    for await (const found of blobs.finishedBefore(new Date(Date.now() - orphanTtlMs))) {
      if (signal.aborted) break;
      const orphans = await withoutRow(found, signal);
      for (const { storageKey } of orphans) await blobs.remove(storageKey);
      swept += orphans.length;
    }
    if (swept > 0) logger.info({ swept }, 'removed objects that no file names');
    return jittered(pauseMs);
  };
  return startDuty({ name: 'orphan sweeper', logger, round });
}
