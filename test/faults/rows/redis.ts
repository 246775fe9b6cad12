import { setTimeout as delay } from 'node:timers/promises';
import { fileIdField, workStream } from '#adapters/redis/rings.ts';
import { eventually } from '../../support/eventually.ts';
import type { Fault, Scene } from '../fault.ts';
import { completes } from '../until.ts';

/** Redis is a doorbell: whatever becomes of it costs time, never a file. */
export const redisFaults: readonly Fault[] = [
  { row: 14, name: 'duplicate-rings', title: 'each id is delivered 100 times more', inject: ringAHundredTimes },
  { row: 15, name: 'redis-flushed', title: 'FLUSHALL, four times', inject: flush },
  { row: 16, name: 'redis-killed', title: 'Redis is killed and comes back empty, twice', inject: killEmpty },
  { row: 17, name: 'redis-frozen', title: 'Redis is frozen for 4 s (SIGSTOP)', inject: freeze },
  { row: 18, name: 'redis-out-of-memory', title: 'Redis refuses every write: maxmemory 2 MB', inject: fillMemory },
  { row: 19, name: 'redis-absent', title: 'no Redis at all', inject: takeAway },
  {
    row: 43,
    name: 'redis-failover',
    title: 'Redis becomes a replica behind its address (READONLY); new connections reach the new primary',
    inject: failOver,
  },
];

async function ringAHundredTimes({ stack, ledger, load, injected }: Scene): Promise<void> {
  for (let burst = 0; burst < 3; burst++) {
    await load.acknowledges(2);
    const ids = ledger.entries.slice(-2).map(({ id }) => id);
    await stack.redis.use(async (redis) => {
      const rings = redis.pipeline();
      for (const id of ids) for (let n = 0; n < 100; n++) rings.xadd(workStream, '*', fileIdField, id);
      await rings.exec();
    });
    injected(ids.length);
  }
}

async function flush({ stack, random, injected }: Scene): Promise<void> {
  for (let n = 0; n < 4; n++) {
    await delay(random.between(0, 800));
    if ((await stack.redis.command('FLUSHALL')) === 'OK') injected();
  }
}

async function killEmpty({ stack, random, injected }: Scene): Promise<void> {
  for (let n = 0; n < 2; n++) {
    await delay(random.between(0, 500));
    await stack.redis.kill();
    injected();
    await delay(random.between(100, 1_000));
    await stack.redis.start();
  }
}

async function freeze(scene: Scene): Promise<void> {
  const { redis } = scene.stack;
  redis.signal('SIGSTOP');
  const answered = await redis.command('PING').catch(() => undefined);
  if (answered === undefined) scene.injected();
  await completes(scene, 5);
  await delay(1_000);
  redis.signal('SIGCONT');
}

async function fillMemory(scene: Scene): Promise<void> {
  const { redis } = scene.stack;
  await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await redis.command('SET', 'filler', 'x'.repeat(3_000_000));
  await redis.command('CONFIG', 'SET', 'maxmemory', '2mb');
  const refusal = await redis.command('XADD', 'probe', '*', 'a', 'b').catch((error: Error) => error.message);
  if (String(refusal).startsWith('OOM')) scene.injected();
  await completes(scene, 10);
  await redis.command('DEL', 'filler');
  await redis.command('CONFIG', 'SET', 'maxmemory', '0');
}

async function takeAway(scene: Scene): Promise<void> {
  await scene.stack.redis.kill();
  await completes(scene, 15);
  if (!scene.stack.redis.running) scene.injected();
  await scene.stack.redis.start();
}

/**
 * As behind a name or a virtual address: the old primary stays up as a replica, connections that are open stay with
 * it, and whoever connects anew reaches the new one, which is empty.
 */
async function failOver(scene: Scene): Promise<void> {
  const { redis } = scene.stack;
  const demoted = await redis.failOver();
  try {
    const refusal = await demoted.command('XADD', 'probe', '*', 'a', 'b').catch((error: Error) => error.message);
    if (String(refusal).startsWith('READONLY')) scene.injected();
    await completes(scene, 10);
    await eventually('nobody stays with the old primary', async () => (await demoted.clients()) === 0 || undefined);
  } finally {
    await demoted.kill();
  }
}
