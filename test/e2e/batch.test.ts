import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FileJson, Json } from '#contract/schemas.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { stateContradictions } from '../support/state-contradictions.ts';

const files = 120;

describe('a batch', () => {
  let stack: Cluster;
  let server: string;
  const run = (...args: readonly string[]) => filemill(args, { server });
  const show = async () => JSON.parse((await run('batch', 'show', 'load', '-o', 'json')).stdout) as Json<'Batch'>;

  before(async () => {
    stack = await startCluster({ services: httpServices, ownRoles: true });
    server = stack.target('upload');
    const folder = join(stack.folder, 'load');
    await mkdir(folder);
    for (let n = 0; n < files; n += 1) await writeFile(join(folder, `${n}.txt`), `file number ${n}`);
  });
  after(() => stack[Symbol.asyncDispose]());

  it('is paused under load, goes through a crash of the metadata service, and loses and repeats nothing', async () => {
    const uploaded = await run('upload', join(stack.folder, 'load'), '--batch', 'load');
    assert.equal(uploaded.code, 0, uploaded.stderr);
    await stack.start('worker');
    const paused = await run('pause', '--batch', 'load');
    assert.equal(paused.code, 0, paused.stderr);
    const late = await fetch(`${stack.base}/files/late?batch=load`, { method: 'PUT', body: 'late' });
    assert.equal(late.status, 201);
    await stack.stop('metadata', 'SIGKILL');
    await stack.start('metadata');
    await eventually('what ran has ended, and nothing else runs', async () => {
      const { PENDING, PROCESSING } = (await show()).files;
      return PENDING + PROCESSING === 0;
    });
    const held = await show();
    assert.equal(held.paused, true);
    assert.equal(held.files.PAUSED + held.files.COMPLETED, files + 1);
    assert.ok(held.files.PAUSED > 0, 'a file that comes into a paused batch is held');
    const resumed = await run('resume', '--batch', 'load');
    assert.equal(resumed.code, 0, resumed.stderr);
    const waited = await run('batch', 'wait', 'load');
    assert.equal(waited.code, 0, waited.stderr);
    const { files: ended, words } = await show();
    assert.deepEqual(ended, { PENDING: 0, PAUSED: 0, PROCESSING: 0, COMPLETED: files + 1, FAILED: 0 });
    assert.equal(words, 3 * files + 1);
    const results = await stack.query('select file_id from results');
    assert.equal(results.length, files + 1);
    assert.deepEqual(await stack.query(stateContradictions), []);
  });

  it('is a filter of lists, and a field of each file', async () => {
    const listed = (await run('list', '--batch', 'load', '--limit', '1000', '--json')).lines<FileJson>();
    assert.equal(listed.length, files + 1);
    assert.ok(listed.every(({ batch }) => batch === 'load'));
    const failed = await fetch(`${stack.base}/api/v1/files?batch=load&status=FAILED`);
    assert.deepEqual(((await failed.json()) as Json<'FilesPage'>).files, []);
  });

  it('is cancelled as a whole, and retried as a whole', async () => {
    await stack.stop('worker');
    for (const name of ['a', 'b']) await fetch(`${stack.base}/files/${name}?batch=off`, { method: 'PUT', body: name });
    const cancelled = await run('cancel', '--batch', 'off', '-o', 'json');
    assert.deepEqual((JSON.parse(cancelled.stdout) as Json<'Batch'>).errors, [{ code: 'cancelled', files: 2 }]);
    const retried = await run('retry', '--batch', 'off', '--yes');
    assert.equal(retried.code, 0, retried.stderr);
    const batches = (await (await fetch(`${stack.base}/api/v1/batches`)).json()) as Json<'Batches'>;
    assert.deepEqual(
      batches.batches.map(({ name, files: { PENDING } }) => [name, PENDING]),
      [
        ['off', 2],
        ['load', 0],
      ],
    );
    assert.equal((await run('batch', 'show', 'nothing')).code, 4);
  });
});
