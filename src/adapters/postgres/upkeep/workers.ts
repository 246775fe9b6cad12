import type { JsonValue } from '@bufbuild/protobuf';
import type { WorkerState } from '#domain/worker-state.ts';
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
  readonly state: WorkerState;
}

type Heartbeat = Omit<WorkerRecord, 'seenAt' | 'clockAheadSeconds' | 'state'> & {
  /** Whether it was told to drain, and holds nothing any longer. */
  readonly drained: boolean;
  /** By the clock of the worker. */
  readonly now: Date | null;
};

// A process that starts again under the same name claims again: an operator drains a worker to end its process.
const beat: Statement = {
  name: 'heartbeat',
  text: `
    insert into workers as w (name, started_at, slots, busy, source, dependencies, service, clock_ahead_seconds, drained)
    values ($1, $2, $3, $4, $5, $6, $7, extract(epoch from $8::timestamptz - now()), $9)
    on conflict (name) do update set started_at = excluded.started_at, slots = excluded.slots,
      busy = excluded.busy, source = excluded.source, dependencies = excluded.dependencies, service = excluded.service,
      clock_ahead_seconds = excluded.clock_ahead_seconds, seen_at = now(), drained = excluded.drained,
      draining = w.draining and w.started_at = excluded.started_at
    returning draining`,
};

const leave: Statement = { name: 'forget-worker', text: 'delete from workers where name = $1' };

const forgetSilent: Statement = {
  name: 'forget-silent-workers',
  text: `delete from workers where seen_at < now() - interval '1 day'`,
};

/** Three heartbeats. */
export const aliveMs = 15_000;

/** What an operator wanted before counts no longer. */
const drain: Statement = {
  name: 'drain-worker',
  text: 'update workers set draining = $2, drained = drained and draining and $2 where name = $1',
};

// A `seen_at` in the future is from before PostgreSQL's clock was set back; a live worker is seen again soon.
const alive: Statement = {
  name: 'workers-alive',
  text: `
    select name, started_at as "startedAt", seen_at as "seenAt", slots, busy, source, dependencies, service,
      clock_ahead_seconds as "clockAheadSeconds",
      case when not draining then 'WORKING' when drained then 'DRAINED' else 'DRAINING' end as state
    from workers
    where seen_at > least(now(), $1::timestamptz) - interval '${aliveMs} ms'
      and seen_at < greatest(now(), $2::timestamptz) + interval '1 second' order by name`,
};

/** Answers whether an operator wants the worker to drain. */
export async function recordHeartbeat(database: Database, worker: Heartbeat): Promise<boolean> {
  const { name, startedAt, slots, busy, source, dependencies, service, now, drained } = worker;
  const told = service === null ? null : JSON.stringify(service);
  const values = [name, startedAt, slots, busy, source, JSON.stringify(dependencies), told, now, drained];
  const [row] = await database.query<{ draining: boolean }>(beat, values);
  return row?.draining === true;
}

/** Has a worker drain, or claim again; nothing happens if there is none of this name. */
export async function drainWorker(database: Database, name: string, draining: boolean): Promise<void> {
  await database.query(drain, [name, draining]);
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
