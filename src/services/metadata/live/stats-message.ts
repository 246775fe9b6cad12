import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Database } from '#adapters/postgres/database/database.ts';
import type { DatabaseClock } from '#adapters/postgres/database/database-clock.ts';
import { type FileStats, fileStats } from '#adapters/postgres/files/stats.ts';
import type { ChangeFeed } from '#adapters/postgres/upkeep/change-feed.ts';
import { aliveMs, workersAlive } from '#adapters/postgres/upkeep/workers.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import type { GetStatsResponseSchema } from '#gen/filemill/v1/metadata_service_pb.ts';

const noCounts: FileStats = { statuses: [], errors: [], oldestPendingSeconds: 0, latest: null };

export interface StatsSources {
  readonly database: Database;
  readonly clock: DatabaseClock;
  readonly changes: ChangeFeed;
}

interface StatsOptions {
  /** Whose files are counted; undefined for all. */
  readonly tenant: string | undefined;
  readonly workersOnly?: boolean;
}

export async function statsMessage(
  { database, clock, changes }: StatsSources,
  { tenant, workersOnly = false }: StatsOptions,
): Promise<MessageInitShape<typeof GetStatsResponseSchema>> {
  const [stats, workers] = await Promise.all([
    workersOnly ? noCounts : fileStats(database.as(tenant)),
    workersAlive(database, clock.range(aliveMs)),
  ]);
  return {
    statuses: stats.statuses.map(({ status, files, bytes }) => ({
      status: FileStatus[status],
      files: BigInt(files),
      bytes: BigInt(bytes),
    })),
    errors: stats.errors.map(({ code, files }) => ({ code, files: BigInt(files) })),
    oldestPendingSeconds: stats.oldestPendingSeconds,
    workers: workers.map(({ startedAt, seenAt, dependencies: _, service: __, clockAheadSeconds: ___, ...worker }) => ({
      ...worker,
      startedAt: timestampFromDate(startedAt),
      seenAt: timestampFromDate(seenAt),
    })),
    ...(stats.latest && { wait: durations(stats.latest.wait), processing: durations(stats.latest.processing) }),
    database: {
      pooled: database.isPooled,
      notified: changes.isNotified,
      now: timestampFromDate(clock.now),
      serviceNow: timestampFromDate(new Date()),
      ...(clock.step && { latestStep: { at: timestampFromDate(clock.step.at), seconds: clock.step.seconds } }),
    },
  };
}

function durations([p50Seconds, p95Seconds]: readonly [number, number]) {
  return { p50Seconds, p95Seconds };
}
