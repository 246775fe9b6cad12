import type { Database } from '#adapters/postgres/database/database.ts';
import type { DatabaseClock } from '#adapters/postgres/database/database-clock.ts';
import { backlog } from '#adapters/postgres/files/stats.ts';
import { aliveMs, workersAlive } from '#adapters/postgres/upkeep/workers.ts';
import { instruments } from '#platform/telemetry/instruments.ts';
import { ttlMemo } from '#platform/ttl-memo.ts';

/** Several collectors, and the gauges of one collection, share an answer. */
const lookForMs = 2_000;

/** Shows what waits and who works. The cost does not depend on the number of files. Every replica shows the same. */
export function observeBacklog(database: Database, clock: DatabaseClock): Disposable {
  const all = new DisposableStack();
  const states = ttlMemo(lookForMs, () => backlog(database));
  const of = async (field: 'files' | 'bytes' | 'oldestSeconds') =>
    (await states()).map((state) => [state[field], { state: state.status }] as const);
  all.use(instruments.files.observe(() => of('files')));
  all.use(instruments.fileBytes.observe(() => of('bytes')));
  all.use(
    instruments.oldestAge.observe(async () =>
      (await of('oldestSeconds')).filter(([, { state }]) => state === 'PENDING' || state === 'PROCESSING'),
    ),
  );
  all.use(instruments.workers.observe(async () => [[(await workersAlive(database, clock.range(aliveMs))).length]]));
  return all;
}
