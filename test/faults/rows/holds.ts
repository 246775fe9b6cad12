import { setTimeout as delay } from 'node:timers/promises';
import { CancelFilesResponse_Outcome as Cancelled, MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { never } from '#platform/abort.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { eventually } from '../../support/eventually.ts';
import type { Fault, Scene } from '../fault.ts';
import { deathOf } from '../stack.ts';

/** Files that somebody holds back or ends, while the metadata service dies. */
export const holdFaults: readonly Fault[] = [
  {
    row: 47,
    name: 'pause-and-die',
    title: 'metadata dies while files are paused, while they are resumed, and while some are cancelled',
    inject: pauseAndDie,
  },
];

const workers = ['worker-1', 'worker-2'] as const;
const forMs = 20_000;

async function pauseAndDie(scene: Scene): Promise<void> {
  const { stack, injected, mustFail } = scene;
  const files = stack.channel.client(MetadataService);
  const ids = await whileWorkersSleep(scene, async () => {
    const waiting = await waitingFiles(scene);
    await die(scene, () => files.pauseFiles({ ids: waiting }));
    await withRetry(() => files.pauseFiles({ ids: waiting }), { signal: never, forMs });
    return waiting;
  });
  const held = await paused(scene, ids);
  // Long enough for the reconciler and both workers to come upon them.
  await delay(2_000);
  const still = await paused(scene, ids);
  if (still.length < held.length) throw new Error(`${held.length - still.length} PAUSED files went on`);
  injected(held.length);
  const [off, on] = [held.slice(0, 2), held.slice(2)];
  await die(scene, () => files.cancelFiles({ ids: off }));
  const { items } = await withRetry(() => files.cancelFiles({ ids: off }), { signal: never, forMs });
  for (const { id, outcome } of items) if (outcome === Cancelled.CANCELLED) mustFail(id, 'cancelled');
  await die(scene, () => files.resumeFiles({ ids: on }));
  await withRetry(() => files.resumeFiles({ ids: on }), { signal: never, forMs });
}

/** So that some files wait. */
async function whileWorkersSleep<T>({ stack }: Scene, work: () => Promise<T>): Promise<T> {
  for (const name of workers) stack.process(name).child.kill('SIGSTOP');
  try {
    return await work();
  } finally {
    for (const name of workers) stack.process(name).child.kill('SIGCONT');
  }
}

async function waitingFiles({ stack, load }: Scene): Promise<string[]> {
  return await eventually('files wait', async () => {
    const sql = `select id from files where status = 'PENDING' and filename = any ($1)`;
    const rows = await stack.postgres.query<{ id: string }>(sql, [load.names]);
    return rows.length >= 5 && rows.map(({ id }) => id);
  });
}

async function paused({ stack }: Scene, ids: readonly string[]): Promise<string[]> {
  const sql = `select id from files where status = 'PAUSED' and id = any ($1)`;
  return (await stack.postgres.query<{ id: string }>(sql, [ids])).map(({ id }) => id);
}

/** The answer may be lost, before the change was made or after it. */
async function die({ stack, random }: Scene, call: () => Promise<unknown>): Promise<void> {
  const answered = call().catch(() => undefined);
  await delay(random.between(0, 10));
  const victim = stack.process('metadata');
  victim.child.kill('SIGKILL');
  await deathOf(victim);
  await answered;
  await stack.start('metadata');
}
