import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AnalysisPool } from '#analysis/run/pool.ts';
import { type Backend, startBackend } from '../../support/backend.ts';
import { eventually } from '../../support/eventually.ts';
import { startService } from '../../support/start-services.ts';
import { GatedAnalysis, startWorker } from '../../support/test-worker.ts';

const contents = (count: number) => Array.from({ length: count }, (_, index) => ({ content: `file ${index}` }));

describe('the worker process', () => {
  let backend: Backend;
  before(async () => {
    backend = await startBackend({ leaseMs: 3_000 });
  });
  after(() => backend?.[Symbol.asyncDispose]());

  const start = (name: string, settings: Record<string, string> = {}) =>
    startService('worker', { ...backend.env, FILEMILL_WORKER_NAME: name, FILEMILL_WORKER_THREADS: '1', ...settings });
  const countOf = async (status: string, worker: string) =>
    (await backend.query('select from files where status = $1 and worker = $2', [status, worker])).length;

  it('works, tells that it lives, and ends well on SIGTERM', async () => {
    await using worker = await start('terminated');
    await eventually(
      'the worker is known',
      async () => (await backend.query("select from workers where name = 'terminated'")).length === 1,
    );
    for (const file of await backend.ended(await backend.add(contents(20)))) assert.equal(file.status, 'COMPLETED');
    await worker.stop('SIGTERM');
    assert.equal(worker.child.exitCode, 0, worker.log());
    assert.deepEqual(await backend.query("select from workers where name = 'terminated'"), []);
  });

  it('hands its files to the next when it is killed', async () => {
    const ids = await backend.add(contents(300));
    const worker = await start('killed');
    await eventually('the worker killed holds files', async () => (await countOf('PROCESSING', 'killed')) > 0);
    await worker.stop('SIGKILL');
    await using _ = await start('heir');
    for (const file of await backend.ended(ids)) assert.deepEqual([file.status, file.results], ['COMPLETED', 1]);
  });

  it('releases its files when it is stopped while it analyses them', async () => {
    const ids = await backend.add(contents(400));
    const worker = await start('stopped');
    await eventually('the worker stopped holds files', async () => (await countOf('PROCESSING', 'stopped')) > 0);
    await worker.stop('SIGTERM');
    await eventually('the worker stopped holds no file', async () => (await countOf('PROCESSING', 'stopped')) === 0);
    assert.deepEqual(await backend.query("select from attempts where worker = 'stopped'"), []);
    await using _ = await start('next');
    for (const file of await backend.ended(ids)) assert.deepEqual([file.attempt, file.results], [1, 1]);
  });

  it('drops its claims by its own clock when leases cannot be renewed', async () => {
    await using pool = new AnalysisPool({ threads: 1, heapMb: 256 });
    const gated = new GatedAnalysis(pool);
    await using worker = await startWorker(backend, { analysis: gated, drainMs: 0 });
    const [id] = await backend.add([{ content: 'held' }]);
    await eventually('an analysis has begun', () => gated.arrived === 1);
    await backend.stop('metadata', 'SIGKILL');
    await eventually('the worker logs “claim dropped: EXPIRED”', () =>
      worker.messages.includes('claim dropped: EXPIRED'),
    );
    await backend.start('metadata');
    const [file] = await backend.ended([id as string]);
    assert.deepEqual([file?.status, file?.results], ['COMPLETED', 1]);
    assert.deepEqual(await backend.query('select distinct outcome from attempts where file_id = $1', [id]), [
      { outcome: 'EXPIRED' },
    ]);
  });

  it('names the setting that is missing', async () => {
    const entry = fileURLToPath(new URL('../../../src/services/worker/main.ts', import.meta.url));
    const child = spawn(process.execPath, [entry], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const errors = child.stderr.toArray();
    const [code] = await once(child, 'exit');
    assert.equal(code, 2);
    assert.match(Buffer.concat(await errors).toString(), /FILEMILL_STORAGE_DIR is not set/);
  });
});
