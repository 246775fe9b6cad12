import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Upload, type UploadOptions } from 'tus-js-client';
import type { FileJson } from '#contract/schemas.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { startPathProxy } from '../support/path-proxy.ts';
import { testFolder } from '../support/start-services.ts';

import { uploadWithCuts } from '../support/upload-with-cuts.ts';

const mebibyte = 1024 ** 2;

describe('tus over HTTP, by tus-js-client', () => {
  let stack: Cluster;
  before(async () => {
    stack = await startCluster({ services: httpServices });
  });
  after(() => stack[Symbol.asyncDispose]());

  const fileOf = async (id: string) => (await (await fetch(`${stack.base}/api/v1/files/${id}`)).json()) as FileJson;
  /** Answers the id of the file. */
  const send = async (content: Buffer, options: Partial<UploadOptions> = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const upload = new Upload(content, {
      endpoint: `${stack.base}/uploads`,
      metadata: { filename: 'sent.bin', filetype: 'application/x-sent', relativePath: 'folder/sent.bin' },
      retryDelays: null,
      onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('Filemill-File-Id') ?? ''),
      onError: reject,
      ...options,
    });
    upload.start();
    return await promise;
  };

  const ways: readonly [what: string, options: Partial<UploadOptions>][] = [
    ['in one request', {}],
    ['in chunks', { chunkSize: mebibyte }],
    ['with the creation', { uploadDataDuringCreation: true }],
    ['in chunks, the first with the creation', { uploadDataDuringCreation: true, chunkSize: mebibyte }],
    ['by POST alone', { overridePatchMethod: true }],
  ];
  for (const [what, options] of ways)
    it(`keeps a file that comes ${what}`, async () => {
      const { filename, path, size, mime_type } = await fileOf(await send(Buffer.alloc(3 * mebibyte, 7), options));
      assert.deepEqual([filename, path], ['sent.bin', 'folder/sent.bin']);
      assert.deepEqual([size, mime_type], [3 * mebibyte, 'application/x-sent']);
    });

  it('keeps a file of nothing', async () => {
    assert.equal((await fileOf(await send(Buffer.alloc(0)))).size, 0);
  });

  it('finishes over a link that breaks five times, and little is sent twice', { timeout: 240_000 }, async () => {
    await using folder = await testFolder();
    const size = 64 * mebibyte;
    const { sha256, fileId, cuts, sent } = await uploadWithCuts(stack.base, `${folder.path}/cut.bin`, {
      size,
      cuts: 5,
    });
    assert.equal(cuts, 5);
    await stack.start('worker');
    await eventually('the file is COMPLETED', async () => (await fileOf(fileId)).status === 'COMPLETED');
    const file = await fileOf(fileId);
    assert.deepEqual([file.size, file.sha256], [size, sha256]);
    // Each cut loses what was on its way: the memory of the sockets and of two processes.
    assert.ok(sent < size + 5 * 8 * mebibyte, `${sent} bytes were sent`);
  });

  it('goes on after a pause, and forgets what is cancelled', async () => {
    const content = Buffer.alloc(8 * mebibyte, 1);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const paused = Promise.withResolvers<void>();
    const upload = new Upload(content, {
      endpoint: `${stack.base}/uploads`,
      metadata: { filename: 'paused.bin' },
      chunkSize: mebibyte,
      onChunkComplete: (_size, accepted) => {
        if (accepted === 3 * mebibyte) void upload.abort().then(paused.resolve);
      },
      onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('Filemill-File-Id') ?? ''),
      onError: reject,
    });
    upload.start();
    await paused.promise;
    const url = upload.url ?? '';
    const head = () => fetch(url, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } });
    assert.equal((await head()).headers.get('upload-offset'), String(3 * mebibyte));
    upload.start();
    assert.equal((await fileOf(await promise)).size, content.length);
    await Upload.terminate(url);
    assert.equal((await head()).status, 404);
  });

  it('works behind a proxy that serves it under a path of its own, with a slash at its end and without', async () => {
    await using proxy = await startPathProxy(stack.base);
    for (const end of ['uploads', 'uploads/']) {
      const endpoint = `${proxy.base}/${end}`;
      assert.equal((await fileOf(await send(Buffer.from('abc'), { endpoint }))).size, 3);
    }
  });

  it('tells the client why it is refused', async () => {
    await assert.rejects(send(Buffer.from('abc'), { metadata: { filename: '..' } }), /NAME_INVALID/);
  });
});
