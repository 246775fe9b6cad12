import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../support/eventually.ts';
import type { Fault, Scene } from '../fault.ts';
import { deathOf, type ProcessName, type Stack } from '../stack.ts';
import { VolumeStore } from '../stores/volume-store.ts';
import { completes, heldBy } from '../until.ts';

/** Clocks, crowds and files that harm whoever looks at them. */
export const surroundingFaults: readonly Fault[] = [
  { row: 30, name: 'poison-files', title: 'files that throw, loop for ever, or kill the process', inject: sendPoison },
  { row: 31, name: 'clocks-differ', title: 'clocks an hour early and late; a worker dies', inject: skewClocks },
  { row: 32, name: 'thundering-herd', title: '50 workers while both stores restart', inject: startHerd },
];

const workers = ['worker-1', 'worker-2'] as const;

async function sendPoison(scene: Scene): Promise<void> {
  const { stack, load, mustFail, injected } = scene;
  const settings = {
    FILEMILL_ANALYSIS_REGISTRY: fileURLToPath(new URL('../../support/poison-registry.ts', import.meta.url)),
    FILEMILL_ALLOW_FAILPOINTS: '1',
    FILEMILL_ANALYSIS_DEADLINE_MS: '2000',
  };
  for (const name of workers) await stack.restart(name, settings);
  const poisons = { throw: 'analyzer_error', loop: 'analyzer_timeout', crash: 'worker_crashed' };
  const ids: string[] = [];
  for (const [name, errorCode] of Object.entries(poisons)) {
    const id = await load.send(Buffer.from(`${name} and some words`), name);
    if (id === undefined) continue;
    mustFail(id, errorCode);
    ids.push(id);
  }
  await eventually(
    'every poison file ended',
    async () => {
      for (const name of workers) if (hasDied(stack, name)) await stack.start(name, settings);
      const sql = `select from files where id = any ($1) and status = 'FAILED'`;
      return (await stack.postgres.query(sql, [ids])).length === ids.length;
    },
    { withinMs: 60_000 },
  );
  injected(ids.length);
}

function hasDied(stack: Stack, name: ProcessName): boolean {
  const { child } = stack.process(name);
  return child.exitCode !== null || child.signalCode !== null;
}

const hour = 3_600_000;

/** A module that moves what a process takes for the time; PostgreSQL's clock and the monotonic one stay. */
async function skewClocks(scene: Scene): Promise<void> {
  const { stack, random, injected } = scene;
  const early = random.next() < 0.5 ? 1 : -1;
  // S3 refuses requests that were signed more than a quarter of an hour ago, or before.
  const most = stack.store instanceof VolumeStore ? hour : hour / 5;
  const skews = { metadata: -early * hour, 'worker-1': early * most, 'worker-2': -early * most, upload: most } as const;
  for (const [name, skewMs] of Object.entries(skews) as [ProcessName, number][]) {
    const preload = fileURLToPath(new URL('../skewed-clock.ts', import.meta.url));
    await stack.restart(name, { NODE_OPTIONS: `--import=${preload}`, FAULT_CLOCK_SKEW_MS: String(skewMs) });
    // Its line arrives by another way than the message that it is ready.
    await eventually(`${name} has logged something`, () => stack.process(name).log().includes('\n'));
    if (Math.abs(loggedSkew(stack.process(name).log()) - skewMs) < 60_000) injected();
  }
  const victim = stack.process('worker-1');
  await eventually('the worker claimed something', async () => (await heldBy(scene, 'worker-1')).length > 0);
  victim.child.kill('SIGKILL');
  await deathOf(victim);
  await completes(scene, 5);
  await stack.start('worker-1');
}

/** By the time of the latest line of a log, which was written just now. */
function loggedSkew(log: string): number {
  const { time } = JSON.parse(log.trimEnd().split('\n').at(-1) ?? '{}') as { time: string };
  return Date.parse(time) - Date.now();
}

async function startHerd({ stack, load, injected }: Scene): Promise<void> {
  const program = fileURLToPath(new URL('../herd.ts', import.meta.url));
  const herd = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH, ...stack.settingsOf('worker-1') },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    await once(herd, 'message');
    await load.acknowledges(5);
    await Promise.all([stack.postgres.restartImmediately(300), restartRedis(stack)]);
    const [restart] = await stack.postgres.query<{ at: Date }>('select now() as at');
    const seen = async () => {
      const sql = `select from workers where name like 'herd-%' and seen_at > $1`;
      return (await stack.postgres.query(sql, [restart?.at])).length;
    };
    await eventually('50 workers are back', async () => (await seen()) >= 50);
    injected(await seen());
    await load.acknowledges(5);
  } finally {
    herd.disconnect();
    await once(herd, 'exit');
  }
}

async function restartRedis({ redis }: Stack): Promise<void> {
  await redis.kill();
  await redis.start();
}
