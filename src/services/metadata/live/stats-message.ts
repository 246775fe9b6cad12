import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Database } from '#adapters/postgres/database/database.ts';
import type { DatabaseClock } from '#adapters/postgres/database/database-clock.ts';
import type { Searchable } from '#adapters/postgres/database/reads.ts';
import { type FileStats, fileStats } from '#adapters/postgres/files/stats.ts';
import type { ChangeFeed } from '#adapters/postgres/upkeep/change-feed.ts';
import { aliveMs, type WorkerRecord, workersAlive } from '#adapters/postgres/upkeep/workers.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import {
  type GetStatsResponse_WorkerStateSchema,
  type GetStatsResponseSchema,
  GetStatsResponse_WorkerState_State as State,
} from '#gen/filemill/v1/metadata_service_pb.ts';

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
  /** Where files are counted; the primary unless given. */
  readonly counts?: Searchable;
}

export async function statsMessage(
  { database, clock, changes }: StatsSources,
  { tenant, workersOnly = false, counts = database }: StatsOptions,
): Promise<MessageInitShape<typeof GetStatsResponseSchema>> {
  const [stats, workers] = await Promise.all([
    workersOnly ? noCounts : fileStats(counts.as(tenant)),
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
    workers: workers.map(workerToMessage),
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

export function workerToMessage(worker: WorkerRecord): MessageInitShape<typeof GetStatsResponse_WorkerStateSchema> {
  const { name, startedAt, seenAt, slots, busy, source, state } = worker;
  const [started, seen] = [timestampFromDate(startedAt), timestampFromDate(seenAt)];
  return { name, startedAt: started, seenAt: seen, slots, busy, source, state: State[state] };
}

function durations([p50Seconds, p95Seconds]: readonly [number, number]) {
  return { p50Seconds, p95Seconds };
}
