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
  all.use(instruments.connectionWaits.observe(() => [[pool.waitingCount, label]]));
  return all;
}
