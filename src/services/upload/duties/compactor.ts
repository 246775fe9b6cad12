import type { Blob, BlobStore } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcClient } from '#platform/rpc/client.ts';

const pauseMs = 15 * 60 * 1_000;

interface CompactorOptions {
  readonly lifecycle: RpcClient<typeof FileLifecycleService>;
  readonly blobs: Pick<BlobStore, 'remove'> & Pick<VolumeUpkeep, 'copy' | 'wasteful'>;
  readonly logger: Logger;
  readonly everyMs?: number;
}

/**
 * Reclaims the space of removed small files: copies the live files of a wasteful segment, moves each row that still
 * names the original, and lets the store delete empty segments. A crash leaves copies that no row names, for the
 * orphan sweeper, or originals that no row names, whose deletion is queued.
 */
export function startCompactor(options: CompactorOptions): Duty {
  const { blobs, logger, everyMs = pauseMs } = options;
  const round = async (signal: AbortSignal) => {
    let moved = 0;
    for await (const wasteful of blobs.wasteful()) {
      if (signal.aborted) break;
      moved += await moveAll(wasteful, options, signal);
    }
    if (moved > 0) logger.info({ moved }, 'compacted small files');
    return jittered(everyMs);
  };
  return startDuty({ name: 'compactor', logger, round });
}

async function moveAll(living: readonly Blob[], options: CompactorOptions, signal: AbortSignal): Promise<number> {
  const { lifecycle, blobs } = options;
  const copies = (await Promise.all(living.map((blob) => copy(blob, options)))).filter((copy) => copy !== undefined);
  if (copies.length === 0) return 0;
  await failpoint('compactor.copied');
  const columns = {
    ids: copies.map(({ id }) => id),
    fromKeys: copies.map(({ storageKey }) => storageKey),
    toKeys: copies.map(({ copyKey }) => copyKey),
  };
  // Without an answer the copies stay: rows may name them.
  const moved = new Set((await lifecycle.moveBlobs(columns, { signal })).ids);
  await failpoint('compactor.moved');
  for (const { id, copyKey } of copies) if (!moved.has(id)) await blobs.remove(copyKey);
  return moved.size;
}

/** Undefined for a blob that was removed meanwhile or is damaged. */
async function copy(
  blob: Blob,
  { blobs, logger }: CompactorOptions,
): Promise<(Blob & { readonly copyKey: string }) | undefined> {
  try {
    return { ...blob, copyKey: await blobs.copy(blob) };
  } catch (error) {
    if (!(error instanceof FilemillError) || error.retryAfterMs !== undefined) throw error;
    if (error.reason !== 'BLOB_MISSING')
      logger.error({ file: blob.id, detail: error.message }, 'cannot move a small file');
    return undefined;
  }
}
