import type { Pool } from 'pg';
import { instruments } from '#platform/telemetry/instruments.ts';

/** Shows how many connections of a pool are used, and how many statements wait for one. */
export function observePool(name: string, pool: Pool): Disposable {
  const all = new DisposableStack();
  const label = { 'db.client.connection.pool.name': name };
  const used = { ...label, 'db.client.connection.state': 'used' };
  const idle = { ...label, 'db.client.connection.state': 'idle' };
  all.use(
    instruments.connections.observe(() => [
      [pool.totalCount - pool.idleCount, used],
      [pool.idleCount, idle],
    ]),
  );
  all.use(instruments.connectionLimit.observe(() => [[pool.options.max, label]]));
  // While a connection is idle or can be made, a statement is in the queue for a moment only.
  const waiting = () => (pool.totalCount === pool.options.max && pool.idleCount === 0 ? pool.waitingCount : 0);
  all.use(instruments.connectionWaits.observe(() => [[waiting(), label]]));
  return all;
}
