import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { filemill } from '#test/support/cli.ts';
import { type Cluster, startCluster } from '#test/support/cluster.ts';
import { type CollectedSpan, collectedSpans, treeOf } from '#test/support/collected-traces.ts';
import { eventually } from '#test/support/eventually.ts';
import { testFolder } from '#test/support/start-services.ts';
import { testRedis } from '#test/support/stores.ts';
import { TusRequests } from '#test/support/tus-requests.ts';

const page = '<!doctype html><title>A page</title><p>Three words more.';

describe('The traces of files', () => {
  const resources = new AsyncDisposableStack();
  let cluster: Cluster;
  let file: string;
  before(async () => {
    const redis = resources.use(await testRedis());
    const { path } = resources.use(await testFolder());
    file = join(path, 'traces.jsonl');
    await writeFile(join(path, 'page.html'), page);
    cluster = resources.use(
      await startCluster({
        services: ['metadata', 'result', 'upload', 'web'],
        settings: {
          FILEMILL_REDIS_URL: redis.url,
          FILEMILL_LEASE_MS: '1000',
          FILEMILL_TRACE_LOG: file,
          OTEL_BSP_SCHEDULE_DELAY: '50',
        },
      }),
    );
    uploads.cli = await attemptedTwice(cluster, () => uploadByCli(cluster, file, join(path, 'page.html')));
    uploads.tus = await attemptedTwice(cluster, () => uploadByTus(cluster));
  });
  after(() => resources.disposeAsync());
  const uploads = { cli: '', tus: '' };

  it('reach from the command line to the result, with both attempts', async () => {
    await eventually('every span of it is collected', async () => {
      const trace = await traceOfFile(uploads.cli, file);
      return isDeepStrictEqual(treeOf(trace), ['cli: filemill upload', '  upload: upload', ...hops.map(indent(4))]);
    });
  });

  it('reach from a tus client to the result, with both attempts', async () => {
    await eventually('every span of it is collected', async () => {
      const trace = await traceOfFile(uploads.tus, file);
      const begun = ['web: POST /uploads', '  upload: filemill.v1.UploadService/BeginUpload'];
      return isDeepStrictEqual(treeOf(trace), [...begun, ...hops.map(indent(4))]);
    });
    const [first] = await traceOfFile(uploads.tus, file);
    assert.equal(first?.traceId, caller.traceId);
  });

  it('are not shared by other requests, which begin traces of their own', async () => {
    const others = (await collectedSpans(file)).filter(({ name }) => name.startsWith('PATCH'));
    assert.notEqual(others[0]?.traceId, caller.traceId);
  });

  it('link attempts to the claim that they came from', async () => {
    const spans = await collectedSpans(file);
    const claims = spans.filter(({ name }) => name === 'claim').map(({ spanId }) => spanId);
    const attempts = spans.filter(({ attributes }) => attributes['filemill.attempt.outcome'] === 'COMPLETED');
    assert.deepEqual(attempts.flatMap(({ links }) => links.map(({ spanId }) => spanId)).sort(), claims.sort());
  });

  it("hold no names, which are users' data", async () => {
    assert(!(await readFile(file, 'utf8')).includes('page.html'));
  });
});

/** What every file passes once its upload has come, with a worker that was killed. */
const hops = [
  'upload: register',
  '  upload: CreateFiles',
  '    metadata: filemill.internal.v1.FileLifecycleService/CreateFiles',
  'upload: ring',
  'metadata: attempt EXPIRED',
  'worker: attempt COMPLETED',
  '  worker: analyse',
  '  worker: analyse document',
  '  worker: save',
  '    worker: SaveResults',
  '      result: filemill.internal.v1.ResultWriterService/SaveResults',
];

function indent(spaces: number): (line: string) => string {
  return (line) => ' '.repeat(spaces) + line;
}

/** Kills the worker that holds the file; another completes it. */
async function attemptedTwice(cluster: Cluster, upload: () => Promise<string>): Promise<string> {
  const settings = { FILEMILL_ALLOW_FAILPOINTS: '1', FILEMILL_FAILPOINTS: 'worker.analysing:kill' };
  const { child } = await cluster.start('worker', { ...settings, FILEMILL_WORKER_NAME: 'first' });
  const killed = once(child, 'exit');
  const id = await upload();
  await killed;
  await cluster.start('worker', { FILEMILL_WORKER_NAME: 'second' });
  await eventually('the file is completed', async () => {
    const [row] = await cluster.query<{ status: string }>('select status from files where id = $1', [id]);
    return row?.status === 'COMPLETED';
  });
  await cluster.stop('worker');
  return id;
}

async function uploadByCli(cluster: Cluster, file: string, path: string): Promise<string> {
  const env = { FILEMILL_TRACE_LOG: file };
  const { lines, code, stderr } = await filemill(['upload', path, '--json'], { server: cluster.target('upload'), env });
  assert.equal(code, 0, stderr);
  return lines<{ id: string }>()[0]?.id ?? '';
}

const caller = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };

async function uploadByTus({ base }: Cluster): Promise<string> {
  const tus = new TusRequests(base);
  const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;
  const url = await tus.begin('page.html', page.length, { traceparent });
  const { status } = await tus.patch(url, 0, page);
  assert.equal(status, 204);
  return (await tus.head(url)).headers.get('filemill-file-id') ?? '';
}

async function traceOfFile(id: string, file: string): Promise<CollectedSpan[]> {
  const all = await collectedSpans(file);
  const traceId = all.find(({ attributes }) => attributes['filemill.file.id'] === id)?.traceId;
  return all.filter((span) => span.traceId === traceId);
}
