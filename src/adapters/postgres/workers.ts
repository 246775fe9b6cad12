import type { Database, Statement } from './database.ts';

/** A worker as its latest heartbeat described it. */
export interface WorkerRecord {
  readonly name: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly slots: number;
  readonly busy: number;
  readonly source: string;
}

const beat: Statement = {
  name: 'heartbeat',
  text: `
    insert into workers (name, started_at, slots, busy, source) values ($1, $2, $3, $4, $5)
    on conflict (name) do update set started_at = excluded.started_at, slots = excluded.slots,
      busy = excluded.busy, source = excluded.source, seen_at = now()`,
};

const leave: Statement = { name: 'forget-worker', text: 'delete from workers where name = $1' };

const forgetSilent: Statement = {
  name: 'forget-silent-workers',
  text: `delete from workers where seen_at < now() - interval '1 day'`,
};

const alive: Statement = {
  name: 'workers-alive',
  text: `
    select name, started_at as "startedAt", seen_at as "seenAt", slots, busy, source from workers
    where seen_at > now() - interval '15 seconds' order by name`,
};

export async function recordHeartbeat(database: Database, worker: Omit<WorkerRecord, 'seenAt'>): Promise<void> {
  await database.query(beat, [worker.name, worker.startedAt, worker.slots, worker.busy, worker.source]);
}

export async function forgetWorker(database: Database, name: string): Promise<void> {
  await database.query(leave, [name]);
}

/** Forgets workers that have not been heard of for a day. */
export async function forgetSilentWorkers(database: Database): Promise<void> {
  await database.query(forgetSilent);
}

/** Workers heard of within the last 15 seconds. */
export async function workersAlive(database: Database): Promise<WorkerRecord[]> {
  return await database.query<WorkerRecord>(alive);
}
