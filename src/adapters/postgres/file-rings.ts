import type { Database, Statement } from './database.ts';
import { column } from './file-rows.ts';

// A PENDING row is its own outbox: it is rung for again and again, at growing intervals, until it is
// claimed. The interval is about the time that the file has waited so far, so it doubles.
const take: Statement = {
  name: 'take-due-rings',
  text: `
    with due as (
      select f.id from file_states s join files f on f.id = s.file_id
      where s.status = 'PENDING' and f.status = 'PENDING' and f.next_ring_at <= now() and f.run_after <= now()
      order by s.file_id limit $1 for update of f skip locked
    )
    update files f set next_ring_at = now() + (0.75 + random() / 2)
      * least(interval '5 minutes', greatest(interval '5 seconds', now() - greatest(f.run_after, f.created_at)))
    from due d where f.id = d.id returning f.id`,
};

/** Up to `max` PENDING files that are due to be rung for; their next ring is set by this call. */
export async function takeDueRings(database: Database, max: number): Promise<string[]> {
  return column(await database.query<{ id: string }>(take, [max]), 'id');
}
