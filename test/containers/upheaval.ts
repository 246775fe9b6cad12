import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { manyFiles, stressTest, uploadAndWait } from './clients.ts';
import { services } from './images.ts';
import type { Kubectl } from './kubectl.ts';
import { allReady, podsOf } from './pods.ts';
import type { Report } from './report.ts';

const filesPerUpload = 500;
const filesAround = 10;

/** Kills a worker and a metadata service while files come in from many clients: every one must complete. */
export async function killUnderLoad(kubectl: Kubectl, server: string): Promise<{ files: number; summary: string }> {
  await using folder = await manyFiles(filesPerUpload);
  const enough = new AbortController();
  const load = Promise.all([uploadUntil(enough.signal, server, folder.path), stressTest(server, 10)]);
  load.catch(() => undefined);
  await untilDone(kubectl, filesAround);
  const killed = [await kill(kubectl, 'worker'), await kill(kubectl, 'metadata')];
  const doneThen = await untilDone(kubectl, 0);
  await Promise.race([untilDone(kubectl, doneThen + filesAround), load]);
  enough.abort();
  const [files] = await load;
  assert.ok(doneThen < files.length, 'nothing came in after the kills');
  for (const { id, status } of files) assert.equal(status, 'COMPLETED', id);
  await allReady(kubectl);
  for (const pod of killed) await assertHealed(kubectl, pod);
  const again = files.filter(({ attempt }) => attempt > 1).length;
  return {
    files: files.length + 10,
    summary: `${killed.map(({ name }) => name).join(' and ')} killed after ${doneThen} of ${files.length} files; all COMPLETED, ${again} at a later attempt`,
  };
}

/** Uploads the same folder over and over; answers with all the files that came of it. */
async function uploadUntil(enough: AbortSignal, server: string, path: string) {
  const files = [];
  do files.push(...(await uploadAndWait(server, [path])));
  while (!enough.aborted);
  return files;
}

/** Waits until so many of the files are COMPLETED; answers with how many it is. */
async function untilDone(kubectl: Kubectl, wanted: number): Promise<number> {
  const sql = `select count(*) from files where status = 'COMPLETED' and filename ~ '^[0-9]+[.]txt$'`;
  const psql = ['psql', '--username=postgres', '--dbname=metadata_db', '--tuples-only', '--command', sql];
  for (;;) {
    const done = Number(await kubectl.must('exec', 'statefulset/postgres', '--', ...psql));
    if (done >= wanted) return done;
    await delay(100);
  }
}

interface Killed {
  readonly app: string;
  readonly name: string;
}

async function kill(kubectl: Kubectl, app: string): Promise<Killed> {
  const [pod] = await podsOf(kubectl, app);
  assert.ok(pod, app);
  await kubectl.must('delete', 'pod', pod.name, '--force', '--grace-period=0');
  return { app, name: pod.name };
}

/** It was started again, or another took its place. */
async function assertHealed(kubectl: Kubectl, { app, name }: Killed): Promise<void> {
  const same = (await podsOf(kubectl, app)).find((pod) => pod.name === name);
  assert.ok(same === undefined || same.restarts > 0, `${name} was not started again`);
}

/** Tells a pod of every service to stop, which it must do in time; notes how long its successor takes to be ready. */
export async function restartEach(kubectl: Kubectl, report: Report): Promise<string> {
  for (const service of services) {
    const [pod] = await podsOf(kubectl, service);
    assert.ok(pod, service);
    await kubectl.must('delete', 'pod', pod.name);
    await kubectl.must('rollout', 'status', `deployment/${service}`, '--timeout=120s');
    report.started(service, await startTime(kubectl, service));
  }
  return services.join(', ');
}

/** Milliseconds from the start of the youngest container to `ready` in its log. */
async function startTime(kubectl: Kubectl, service: string): Promise<number> {
  const pods = await podsOf(kubectl, service);
  const youngest = pods.reduce((one, other) => (one.startedAt > other.startedAt ? one : other));
  const { stdout, stderr } = await kubectl.run('logs', youngest.name, '--tail=100');
  const ready = (stdout + stderr).split('\n').findLast((line) => line.includes('"msg":"ready"')) ?? '{}';
  return Date.parse((JSON.parse(ready) as { time: string }).time) - youngest.startedAt.getTime();
}
