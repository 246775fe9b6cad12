import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type FileStats, fileStats } from '#adapters/postgres/stats.ts';
import { workersAlive } from '#adapters/postgres/workers.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import type { MetadataContext, Route } from '../context.ts';

const noCounts: FileStats = { statuses: [], errors: [], oldestPendingSeconds: 0 };

export function getStatsRoute({ database }: MetadataContext): Route<'getStats'> {
  return async ({ workersOnly }) => {
    const [stats, workers] = await Promise.all([workersOnly ? noCounts : fileStats(database), workersAlive(database)]);
    return {
      statuses: stats.statuses.map(({ status, files, bytes }) => ({
        status: FileStatus[status],
        files: BigInt(files),
        bytes: BigInt(bytes),
      })),
      errors: stats.errors.map(({ code, files }) => ({ code, files: BigInt(files) })),
      oldestPendingSeconds: stats.oldestPendingSeconds,
      workers: workers.map(({ startedAt, seenAt, ...worker }) => ({
        ...worker,
        startedAt: timestampFromDate(startedAt),
        seenAt: timestampFromDate(seenAt),
      })),
    };
  };
}
