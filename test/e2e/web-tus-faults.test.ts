import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { FileJson } from '#contract/schemas.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { statusOf, TusRequests } from '../support/tus-requests.ts';

describe('tus over HTTP, when something goes wrong in the midst of it', () => {
  let stack: Cluster;
  let tus: TusRequests;
  before(async () => {
    stack = await startCluster({ services: httpServices });
    tus = new TusRequests(stack.base);
    await stack.service('upload').stop();
  });
  after(() => stack[Symbol.asyncDispose]());

  /** An upload service of this test's own making, once it is reached. */
  const startUpload = async (settings: Record<string, string>) => {
    const upload = await stack.start('upload', settings);
    const unknown = `${stack.base}/uploads/019aaf00-0000-7000-8000-000000000000`;
    await eventually('the upload is gone', async () => (await tus.head(unknown)).status === 404);
    return upload;
  };

  const filesNamed = async (name: string) => {
    const response = await fetch(`${stack.base}/api/v1/files?name=${name}`);
    return ((await response.json()) as { files: FileJson[] }).files;
  };

  it('finishes at a HEAD what could not be finished at the last PATCH', { timeout: 60_000 }, async () => {
    const failpoints = 'upload.linked:error:1,upload.kept:error:2,upload.folder-synced:error:1';
    await using _upload = await startUpload({
      FILEMILL_ALLOW_FAILPOINTS: '1',
      FILEMILL_FAILPOINTS: failpoints,
    });
    const url = await tus.begin('unfinished', 6);
    assert.equal((await tus.patch(url, 0, 'abcdef')).status, 500);
    assert.equal((await tus.head(url)).status, 500, 'all bytes are there, and no client may take that for success');
    assert.deepEqual(await filesNamed('unfinished'), []);
    const { status, headers } = await tus.head(url);
    assert.deepEqual([status, headers.get('upload-offset')], [200, '6']);
    assert.equal((await filesNamed('unfinished'))[0]?.id, headers.get('filemill-file-id'));
  });

  it('closes the connection of a client that fell silent, and keeps what it had sent', {
    timeout: 60_000,
  }, async () => {
    await using _upload = await startUpload({ FILEMILL_STREAM_IDLE_MS: '1000' });
    const url = await tus.begin('silent', 6);
    const silent = tus.open(url, 0, { 'content-length': '6' });
    const ended = statusOf(silent).catch(() => 'closed');
    silent.write('abc');
    assert.equal(await ended, 'closed');
    assert.equal((await tus.head(url)).headers.get('upload-offset'), '3');
  });
});
