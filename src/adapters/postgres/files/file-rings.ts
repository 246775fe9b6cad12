import type { Database, Statement } from '../database/database.ts';
import { waitsForWorker } from './file-rows.ts';
import { isDue } from './moments.ts';
import { waitingStates } from './state-tables.ts';

/** How many PENDING files one call examines; a large backlog takes many calls. */
const lookedAt = 2_000;

/** The upper bound of `next_ring_at`, jitter included. */
const longestInterval = '375 seconds';

/** Each priority has its own order in the index. */
const lookAt = (state: string) =>
  `(select file_id from file_states where status = '${state}' and file_id > $2 order by file_id limit ${lookedAt})`;

// A PENDING row is its own outbox: it is rung for at growing intervals until it is claimed. The interval is about as long as
// the file has waited so far, so it doubles.
const take: Statement = {
  name: 'take-due-rings',
  text: `
    with looked as (
      select file_id from (${waitingStates.map(lookAt).join(' union all ')}) w order by file_id limit ${lookedAt}
    ), due as (
      select f.id from looked l join files f on f.id = l.file_id
      where ${waitsForWorker} and ${isDue('f.next_ring_at', longestInterval)}
      order by l.file_id limit $1 for update of f skip locked
    ), rung as (
      update files f set next_ring_at = now() + (0.75 + random() / 2)
        * least(interval '5 minutes', greatest(interval '5 seconds', now() - greatest(f.run_after, f.created_at)))
      from due d where f.id = d.id returning f.id
    )
    select (select count(*) from looked)::int as looked,
      (select file_id from looked order by file_id desc limit 1) as last,
      (select coalesce(array_agg(id order by id), '{}') from rung) as ids`,
};

export interface DueRings {
  readonly ids: readonly string[];
  /** Where the next call continues; undefined at the end of the backlog. */
  readonly next: string | undefined;
}

const beginning = '00000000-0000-0000-0000-000000000000';

/** Up to `max` PENDING files whose ring is due, oldest first; schedules their next ring. */
export async function takeDueRings(database: Database, max: number, after = beginning): Promise<DueRings> {
  const [row] = await database.query<{ looked: number; last: string | null; ids: string[] }>(take, [max, after]);
  const { looked = 0, last = null, ids = [] } = row ?? {};
  if (ids.length === max) return { ids, next: ids.at(-1) };
  return { ids, next: looked < lookedAt ? undefined : (last ?? undefined) };
}
