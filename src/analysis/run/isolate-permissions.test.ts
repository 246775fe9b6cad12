import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { never } from '#platform/abort.ts';
import { Isolates } from './isolates.ts';

const registryUrl = new URL('../../../test/support/snooping-registry.ts', import.meta.url).href;

test('an analyser in an isolate can neither connect, write, start processes, nor see secrets', async () => {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'filemill-snoop-'));
  resources.defer(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'storage'));
  await writeFile(join(folder, 'secret'), 'planted secret');
  await writeFile(join(folder, 'storage/file'), 'content');
  const server = createServer(() => assert.fail('the analyser connected')).listen(0, '127.0.0.1');
  resources.defer(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  process.env.FILEMILL_DATABASE_URL = 'postgresql://planted';
  resources.defer(() => void delete process.env.FILEMILL_DATABASE_URL);
  const settings = {
    processes: 1,
    memoryMb: 300,
    findingsDeadlineMs: 500,
    registryUrl,
    folder: join(folder, 'storage'),
  };
  const isolates = resources.use(await Isolates.open(settings));

  const file = { path: join(folder, 'storage/file'), filename: `${port} ${join(folder, 'secret')}`, size: 7 };
  const error = await isolates.analyze(file, { deadlineMs: 60_000, signal: never }).catch((error: unknown) => error);
  assert.ok(error instanceof FilemillError && error.reason === 'ANALYZER_ERROR', String(error));
  const told = JSON.parse(error.message) as Record<string, string>;
  const { environment, ...denied } = told;
  assert.equal(environment, 'MALLOC_ARENA_MAX');
  for (const [attempt, outcome] of Object.entries(denied)) assert.equal(outcome, 'ERR_ACCESS_DENIED', attempt);
  assert.deepEqual((await readdir(folder)).sort(), ['secret', 'storage']);
});
