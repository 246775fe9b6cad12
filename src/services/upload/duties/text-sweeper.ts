import type { TextStore } from '#domain/text-store.ts';
import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { type Duty, jittered, startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcClient } from '#platform/rpc/client.ts';

const pauseMs = 15 * 60 * 1_000;
/** A younger text may belong to a file that is being analysed. */
const minAgeMs = 60_000;

interface TextSweeperOptions {
  readonly registered: Pick<RpcClient<typeof MetadataService>, 'getFiles'>;
  readonly texts: Pick<TextStore, 'keptBefore' | 'remove'>;
  readonly logger: Logger;
  readonly pause?: number;
}

/** Removes the texts of files that were deleted, or whose retention of bytes has ended. */
export function startTextSweeper({ registered, texts, logger, pause = pauseMs }: TextSweeperOptions): Duty {
  const round = async (signal: AbortSignal) => {
    let swept = 0;
    for await (const fileIds of texts.keptBefore(new Date(Date.now() - minAgeMs))) {
      if (signal.aborted) break;
      const { files, missingIds } = await registered.getFiles({ ids: [...fileIds] }, { signal });
      const expired = files.flatMap(({ id, bytesExpiredAt }) => (bytesExpiredAt === undefined ? [] : id));
      const ended = [...missingIds, ...expired];
      for (const id of ended) await texts.remove(id);
      swept += ended.length;
    }
    if (swept > 0) logger.info({ swept }, 'removed the texts of deleted and expired files');
    return jittered(pause);
  };
  return startDuty({ name: 'text sweeper', logger, round });
}
