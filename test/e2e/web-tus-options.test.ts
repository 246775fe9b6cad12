import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import * as tus from 'tus-js-client';
import { type DetailedError, Upload, type UploadOptions } from 'tus-js-client';
import type { FileJson } from '#contract/schemas.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { testFolder } from '../support/start-services.ts';
import { TusRequests } from '../support/tus-requests.ts';

const mebibyte = 1024 ** 2;
/** No whole number of chunks: the library waits for ever behind the last one of a stream that ends there. */
const content = Buffer.alloc(4 * mebibyte - 5, 'content');

describe('tus-js-client with its options, at an endpoint as in its examples', () => {
  const resources = new AsyncDisposableStack();
  let stack: Cluster;
  let folder: string;
  before(async () => {
    stack = resources.use(await startCluster({ services: httpServices }));
    folder = resources.use(await testFolder()).path;
    await writeFile(join(folder, 'content'), content);
  });
  after(() => resources.disposeAsync());

  const fileOf = async (id: string) => (await (await fetch(`${stack.base}/api/v1/files/${id}`)).json()) as FileJson;
  const countOf = async (name: string) => {
    const answer = await fetch(`${stack.base}/api/v1/files?name=${encodeURIComponent(name)}`);
    return ((await answer.json()) as { files: FileJson[] }).files.length;
  };
  /** An upload, and its file once it is finished. */
  const prepare = (input: Upload['file'], options: Partial<UploadOptions> = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<FileJson>();
    const upload = new Upload(input, {
      endpoint: `${stack.base}/uploads/`,
      metadata: { filename: 'sent.bin' },
      retryDelays: [0, 0, 100, 500, 1_000],
      onSuccess: ({ lastResponse }) => resolve(fileOf(lastResponse.getHeader('Filemill-File-Id') ?? '')),
      onError: reject,
      ...options,
    });
    return { upload, finished: promise };
  };
  const send = async (input: Upload['file'], options: Partial<UploadOptions> = {}) => {
    const { upload, finished } = prepare(input, options);
    upload.start();
    return await finished;
  };
  /** Stops once so many bytes are there. */
  const stopAt = async (bytes: number, options: Partial<UploadOptions>) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { upload } = prepare(createReadStream(join(folder, 'content')), {
      chunkSize: mebibyte,
      onChunkComplete: (_size, accepted) => {
        if (accepted >= bytes) resolve(upload.abort());
      },
      ...options,
    });
    upload.start();
    await promise;
    return upload;
  };

  const inputs: readonly [what: string, input: () => Upload['file'], options: Partial<UploadOptions>][] = [
    ['a stream of a file', () => createReadStream(join(folder, 'content')), {}],
    ['a stream of a file in chunks', () => createReadStream(join(folder, 'content')), { chunkSize: mebibyte }],
    ['a stream whose size is told', () => streamed(), { chunkSize: mebibyte, uploadSize: content.length }],
    ['a stream whose size nobody knows', () => streamed(), { chunkSize: mebibyte, uploadLengthDeferred: true }],
    ['a stream in chunks that do not fit', () => streamed(), { chunkSize: 1_000_000, uploadLengthDeferred: true }],
    ['bytes whose size is told late', () => content, { uploadLengthDeferred: true }],
    ['bytes with the creation', () => content, { uploadDataDuringCreation: true }],
    [
      'bytes with the creation, of a late size',
      () => content,
      { uploadDataDuringCreation: true, uploadLengthDeferred: true, chunkSize: mebibyte },
    ],
    [
      'bytes by POST alone, of a late size',
      () => content,
      { overridePatchMethod: true, uploadLengthDeferred: true, chunkSize: mebibyte },
    ],
    ['bytes with ids of requests', () => content, { addRequestId: true }],
  ];
  for (const [what, input, options] of inputs)
    it(`sends ${what}`, async () => {
      assert.equal((await send(input(), options)).size, content.length);
    });

  for (const filename of ['שלום עולם.txt', '😀.txt', 'a"b, c=d;e.txt'])
    it(`sends a file of the name ${filename}`, async () => {
      const metadata = { filename, filetype: 'text/plain', relativePath: `תיקייה/${filename}` };
      const file = await send(Buffer.from('abc'), { metadata });
      assert.deepEqual([file.filename, file.path, file.mime_type], [filename, metadata.relativePath, 'text/plain']);
    });

  it('sends a file without metadata', async () => {
    assert.equal((await send(Buffer.from('abc'), { metadata: {} })).filename, 'unnamed');
  });

  it('goes on in another process with an upload that it finds by its fingerprint', async () => {
    const options = { urlStorage: urlStorage(join(folder, 'urls.json')), metadata: { filename: 'resumed' } };
    const { url } = await stopAt(2 * mebibyte, options);
    const sent: number[] = [];
    const { upload, finished } = prepare(createReadStream(join(folder, 'content')), {
      ...options,
      onBeforeRequest: (request) => {
        if (request.getMethod() === 'PATCH') sent.push(Number(request.getHeader('Upload-Offset')));
      },
    });
    const [previous] = await upload.findPreviousUploads();
    assert.equal(previous?.uploadUrl, url);
    upload.resumeFromPreviousUpload(previous as NonNullable<typeof previous>);
    upload.start();
    assert.equal((await finished).size, content.length);
    assert.equal(upload.url, url);
    assert.deepEqual(sent, [2 * mebibyte]);
  });

  it('has the file at once of an upload that it finds to be finished', async () => {
    const first = prepare(content, { metadata: { filename: 'finished before' } });
    first.upload.start();
    const { id } = await first.finished;
    const again = prepare(content, { uploadUrl: first.upload.url });
    again.upload.start();
    assert.equal((await again.finished).id, id);
    assert.equal(await countOf('finished before'), 1);
  });

  it('begins anew where the server knows the upload no more', async () => {
    const file = await send(content, { uploadUrl: `${stack.base}/uploads/019aaf00-0000-7000-8000-000000000000` });
    assert.equal(file.size, content.length);
  });

  it('takes away what it ends', async () => {
    const upload = await stopAt(mebibyte, { metadata: { filename: 'ended' } });
    await upload.abort(true);
    const response = await new TusRequests(stack.base).head(upload.url ?? '');
    assert.equal(response.status, 404);
    assert.equal(await countOf('ended'), 0);
  });

  it('goes on after bytes that came from elsewhere (409)', async () => {
    const answers: number[] = [];
    let meddled = false;
    const file = await send(content, {
      chunkSize: mebibyte,
      onBeforeRequest: async (request) => {
        if (meddled || request.getMethod() !== 'PATCH' || request.getHeader('Upload-Offset') === '0') return;
        meddled = true;
        const offset = Number(request.getHeader('Upload-Offset'));
        await new TusRequests(stack.base).patch(request.getURL(), offset, content.subarray(offset, offset + 10));
      },
      onAfterResponse: (_request, response) => void answers.push(response.getStatus()),
    });
    assert.equal(file.size, content.length);
    assert.deepEqual(
      answers.filter((status) => status >= 400),
      [409],
    );
  });

  it('shares an upload with another client that sends it too (423), and it becomes one file', async () => {
    const { upload, finished } = prepare(content, { chunkSize: 256 * 1024, metadata: { filename: 'sent by two' } });
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    upload.options.onUploadUrlAvailable = resolve;
    upload.start();
    await begun;
    const other = send(content, { uploadUrl: upload.url, endpoint: '', chunkSize: 256 * 1024 });
    const [one, two] = await Promise.all([finished, other]);
    assert.deepEqual([one.id, one.size], [two.id, content.length]);
    assert.equal(await countOf('sent by two'), 1);
  });

  it('asks its caller whether to try again', async () => {
    const asked: number[] = [];
    const refused = send(Buffer.from('abc'), {
      metadata: { filename: '..' },
      onShouldRetry: (error) => {
        asked.push((error as DetailedError).originalResponse?.getStatus() ?? 0);
        return asked.length < 3;
      },
    });
    await assert.rejects(refused, /NAME_INVALID/);
    assert.deepEqual(asked, [400, 400, 400]);
  });

  it('is told what to do instead of sending parts of a file as uploads', async () => {
    await assert.rejects(send(content, { parallelUploads: 2 }), /without `parallelUploads`/);
  });
});

/** Its types describe what there is in browsers alone. */
function urlStorage(path: string): tus.UrlStorage {
  const { FileUrlStorage } = tus as unknown as { FileUrlStorage: new (path: string) => tus.UrlStorage };
  return new FileUrlStorage(path);
}

/** As from another program: nobody knows how much is to come. */
function streamed(): Readable {
  const pieces = function* () {
    for (let at = 0; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000);
  };
  return Readable.from(pieces(), { objectMode: false });
}
