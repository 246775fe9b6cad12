import type { JsonValue } from '@bufbuild/protobuf';
import type { Database, Statement } from '../database/database.ts';
import { type ClockRange, presentTime } from '../database/database-clock.ts';

/** A worker as of its latest heartbeat. */
export interface WorkerRecord {
  readonly name: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly slots: number;
  readonly busy: number;
  readonly source: string;
  /** Dependencies in protobuf's JSON format. */
  readonly dependencies: readonly JsonValue[];
  /** What the worker tells of itself, in protobuf's JSON format; null for workers of earlier versions. */
  readonly service: JsonValue;
  readonly clockAheadSeconds: number | null;
}

type Heartbeat = Omit<WorkerRecord, 'seenAt' | 'clockAheadSeconds'> & {
  /** By the clock of the worker. */
  readonly now: Date | null;
};

const beat: Statement = {
  name: 'heartbeat',
  text: `
    insert into workers (name, started_at, slots, busy, source, dependencies, service, clock_ahead_seconds)
    values ($1, $2, $3, $4, $5, $6, $7, extract(epoch from $8::timestamptz - now()))
    on conflict (name) do update set started_at = excluded.started_at, slots = excluded.slots,
      busy = excluded.busy, source = excluded.source, dependencies = excluded.dependencies, service = excluded.service,
      clock_ahead_seconds = excluded.clock_ahead_seconds, seen_at = now()`,
};

const leave: Statement = { name: 'forget-worker', text: 'delete from workers where name = $1' };

const forgetSilent: Statement = {
  name: 'forget-silent-workers',
  text: `delete from workers where seen_at < now() - interval '1 day'`,
};

/** Three heartbeats. */
export const aliveMs = 15_000;

// A `seen_at` in the future is from before PostgreSQL's clock was set back; a live worker is seen again soon.
const alive: Statement = {
  name: 'workers-alive',
  text: `
    select name, started_at as "startedAt", seen_at as "seenAt", slots, busy, source, dependencies, service,
      clock_ahead_seconds as "clockAheadSeconds"
    from workers
    where seen_at > least(now(), $1::timestamptz) - interval '${aliveMs} ms'
      and seen_at < greatest(now(), $2::timestamptz) + interval '1 second' order by name`,
};

export async function recordHeartbeat(database: Database, worker: Heartbeat): Promise<void> {
  const { name, startedAt, slots, busy, source, dependencies, service, now } = worker;
  const told = service === null ? null : JSON.stringify(service);
  await database.query(beat, [name, startedAt, slots, busy, source, JSON.stringify(dependencies), told, now]);
}

export async function forgetWorker(database: Database, name: string): Promise<void> {
  await database.query(leave, [name]);
}

/** Deletes workers without a heartbeat for a day. */
export async function forgetSilentWorkers(database: Database): Promise<void> {
  await database.query(forgetSilent);
}

/**
 * Workers with a heartbeat within the last 15 seconds.
 *
 * @param clock the range over these 15 seconds
 */
export async function workersAlive(database: Database, clock: ClockRange = presentTime): Promise<WorkerRecord[]> {
  return await database.query<WorkerRecord>(alive, [clock.earliest, clock.latest]);
}
