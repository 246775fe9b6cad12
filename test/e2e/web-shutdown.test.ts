import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { get, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { statusOf, TusRequests } from '../support/tus-requests.ts';
import { filesBelow } from '../support/upload-stack.ts';

const half = Buffer.alloc(1024 * 1024);

describe('a web service that is told to stop', () => {
  let stack: Cluster;
  let tus: TusRequests;
  before(async () => {
    stack = await startCluster({ services: httpServices });
    tus = new TusRequests(stack.base);
  });
  after(() => stack[Symbol.asyncDispose]());

  it('ends live pages, lets uploads end, and takes nothing new', { timeout: 60_000 }, async () => {
    const web = stack.service('web');
    const [page] = (await once(get(`${stack.base}/api/v1/events`), 'response')) as [IncomingMessage];
    const headers = { 'content-length': 2 * half.length };
    const upload = request(`${stack.base}/files/last`, { method: 'PUT', headers });
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
    upload.write(half);
    await eventually('an upload is staged', async () =>
      (await filesBelow(stack.storageDir)).some((path) => path.startsWith('staging/')),
    );

    const url = await tus.begin('appended', 2 * half.length);
    const appending = tus.open(url, 0, { 'content-length': String(2 * half.length) });
    const appended = statusOf(appending);
    appending.write(half);
    const kept = join(stack.storageDir, 'resumable', url.split('/').at(-1) ?? '');
    await eventually('the first half has come', async () => (await stat(kept)).size === half.length);

    const stopped = web.stop();
    page.resume();
    await once(page, 'end');
    const refused = await fetch(`${stack.base}/livez`, { headers: { connection: 'close' } });
    assert.equal(refused.status, 503);
    assert.equal(((await refused.json()) as { reason: string }).reason, 'SHUTTING_DOWN');
    await delay(500);
    upload.end(half);
    appending.end(half);
    assert.equal(await appended, 204);
    const [response] = await answered;
    assert.equal(response.statusCode, 201);
    response.resume();
    await stopped;
    assert.equal(web.child.exitCode, 0);
  });
});
