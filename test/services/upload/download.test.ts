import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { open, rm, truncate } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { objectPath, segmentPath } from '#adapters/volume/objects/layout.ts';
import { parseSegmentKey } from '#adapters/volume/segments/segment-format.ts';
import type { Reason } from '#domain/errors.ts';
import { type DownloadHeader, DownloadService } from '#gen/filemill/v1/download_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import {
  chunkOf,
  closingOf,
  metadataOf,
  queryRows,
  startUploadStack,
  streamOf,
  type UploadStack,
} from '../../support/upload-stack.ts';

const packBelow = 65_536;
const mebibyte = 1024 * 1024;

let backends: Cluster;
let stack: UploadStack;
before(async () => {
  backends = await startCluster();
  stack = await startUploadStack(backends, { packBelow, maxFileSize: 200 * mebibyte, maxDownloads: 2 });
});
after(async () => {
  await stack[Symbol.asyncDispose]();
  await backends[Symbol.asyncDispose]();
});

describe('Download', () => {
  for (const [kind, bytes] of [
    ['an empty file', 0],
    ['a packed file', 1_000],
    ['the largest packed file', packBelow - 1],
    ['the smallest file with an object of its own', packBelow],
    ['a larger file', 3 * mebibyte + 1],
  ] as const)
    it(`gives back ${kind}, in any state`, async () => {
      const content = randomBytes(bytes);
      const id = await upload(content, { filename: '\u6587 "x".bin' });
      const { header, received } = await download({ id });
      assert.deepEqual(
        [
          header?.id,
          header?.filename,
          Number(header?.size),
          header?.sha256,
          Number(header?.offset),
          Number(header?.length),
        ],
        [id, '\u6587 "x".bin', bytes, sha256(content), 0, bytes],
      );
      assert.deepEqual(received, content);
    });

  it('gives any range, of packed files and of others', async () => {
    for (const size of [1, 5_000, packBelow + 3_000]) {
      const content = randomBytes(size);
      const id = await upload(content);
      const bound = fc.nat(size + 10);
      await fc.assert(
        fc.asyncProperty(bound, fc.option(bound, { nil: undefined }), async (offset, length) => {
          const range = { offset: BigInt(offset), ...(length !== undefined && { length: BigInt(length) }) };
          if (offset > size) return await refused({ id, ...range }, 'RANGE_INVALID');
          const { received } = await download({ id, ...range });
          assert.deepEqual(received, content.subarray(offset, length === undefined ? size : offset + length));
        }),
        { numRuns: 40 },
      );
    }
  });

  it('refuses ids without a file, and ranges that make no sense', async () => {
    const id = await upload(Buffer.from('abc'));
    for (const unknown of ['', 'x', '../../etc/passwd', '019aaf00-0000-7000-8000-000000000000'])
      await refused({ id: unknown }, 'FILE_NOT_FOUND');
    await refused({ id, offset: -1n }, 'REQUEST_INVALID');
    await refused({ id, length: -1n }, 'REQUEST_INVALID');
    await stack.channel.client(MetadataService).deleteFiles({ ids: [id] });
    await refused({ id }, 'FILE_NOT_FOUND');
  });

  for (const [kind, bytes] of [
    ['packed', 1_000],
    ['other', 2 * mebibyte],
  ] as const)
    it(`tells when the bytes of ${kind} files are missing or damaged`, async () => {
      await using own = await startUploadStack(backends, { packBelow, maxFileSize: 4 * mebibyte });
      const [known, unknown] = [
        await upload(randomBytes(bytes), {}, own),
        await upload(randomBytes(bytes), undeclared, own),
      ];
      for (const id of [known, unknown]) {
        await damage(id, flipByte, own);
        // Nothing tells the bytes of an object that was uploaded without a SHA-256 from others, until it is analysed.
        if (id === unknown && bytes >= packBelow) assert.equal((await download({ id }, own)).received.length, bytes);
        else await refused({ id }, 'BLOB_DAMAGED', own);
      }
      await damage(known, (path, offset) => truncate(path, offset + bytes - 1), own);
      await refused({ id: known }, 'BLOB_DAMAGED', own);
      await damage(known, (path) => rm(path), own);
      await refused({ id: known }, 'BLOB_MISSING', own);
    });

  it('never sends the last byte of a damaged file', async () => {
    const content = randomBytes(2 * mebibyte);
    const id = await upload(content);
    await damage(id, flipByte);
    let received = 0;
    await assert.rejects(
      async () => {
        for await (const { part } of client().download({ id }))
          if (part.case === 'chunk') received += part.value.length;
      },
      { reason: 'BLOB_DAMAGED' },
    );
    assert.ok(received > mebibyte && received < content.length);
  });

  it('goes on to the end when the file is deleted meanwhile', async () => {
    const content = randomBytes(8 * mebibyte);
    const id = await upload(content);
    const received: Uint8Array[] = [];
    for await (const { part } of client().download({ id })) {
      if (part.case !== 'chunk') continue;
      if (received.length === 0) await damage(id, async (path) => await rm(path));
      received.push(part.value);
    }
    assert.deepEqual(Buffer.concat(received), content);
  });

  it('serves so many at once, and no more', async () => {
    const id = await upload(randomBytes(8 * mebibyte));
    const first = client().download({ id })[Symbol.asyncIterator]();
    const second = client().download({ id })[Symbol.asyncIterator]();
    await first.next();
    await second.next();
    await refused({ id }, 'OVERLOADED');
    await first.return?.();
    await second.return?.();
  });

  it('reads no further ahead than a few chunks for a client that does not read', async () => {
    await using idle = await startUploadStack(backends, { maxFileSize: 200 * mebibyte, streamIdleMs: 500 });
    const content = Buffer.alloc(100 * mebibyte, 'flat');
    const id = await upload(content, {}, idle);
    const before = process.memoryUsage.rss();
    const answer = idle.channel.client(DownloadService).download({ id })[Symbol.asyncIterator]();
    await answer.next();
    await assert.rejects(
      async () => {
        for (;;) {
          await new Promise((resolve) => setTimeout(resolve, 1_500));
          for (let n = 0; n < 40; n++) if ((await answer.next()).done) return;
        }
      },
      { reason: 'STREAM_IDLE' },
    );
    assert.ok(process.memoryUsage.rss() - before < 64 * mebibyte);
  });

  it('streams 100 MiB with little memory', async () => {
    const content = randomBytes(100 * mebibyte);
    const id = await upload(content);
    const hash = createHash('sha256');
    let most = 0;
    const before = process.memoryUsage.rss();
    for await (const { part } of client().download({ id })) {
      if (part.case === 'chunk') hash.update(part.value);
      most = Math.max(most, process.memoryUsage.rss() - before);
    }
    assert.equal(hash.digest('hex'), sha256(content));
    assert.ok(most < 64 * mebibyte, `${most} bytes more`);
  });
});

const undeclared = { declared: false };

function client({ channel } = stack) {
  return channel.client(DownloadService);
}

async function upload(
  content: Buffer,
  { filename = 'a.bin', declared = true } = {},
  { uploads }: UploadStack = stack,
): Promise<string> {
  const parts: Buffer[] = [];
  for (let from = 0; from < content.length; from += 512_000) parts.push(content.subarray(from, from + 512_000));
  const metadata = metadataOf({ filename, sha256AtClose: declared });
  const closing = declared ? [closingOf(sha256(content))] : [];
  return (await uploads.uploadFile(streamOf(metadata, ...parts.map(chunkOf), ...closing))).id;
}

interface Asked {
  readonly id: string;
  readonly offset?: bigint;
  readonly length?: bigint;
}

async function download(asked: Asked, from = stack) {
  let header: DownloadHeader | undefined;
  const chunks: Uint8Array[] = [];
  for await (const { part } of client(from).download(asked))
    if (part.case === 'header') header = part.value;
    else if (part.case === 'chunk') chunks.push(part.value);
  return { header, received: Buffer.concat(chunks) };
}

async function refused(asked: Asked, reason: Reason, by = stack): Promise<void> {
  await assert.rejects(download(asked, by), { reason }, `${reason} for ${JSON.stringify(asked.id)}`);
}

/** Does something to the file that holds the bytes. */
async function damage(
  id: string,
  change: (path: string, offset: number, size: number) => Promise<void>,
  { root } = stack,
): Promise<void> {
  const [row] = await queryRows(backends.databaseUrl, 'select storage_key, size from files where id = $1', [id]);
  const { storage_key: key, size } = row as { storage_key: string; size: string };
  const packed = parseSegmentKey(key);
  const path = packed === undefined ? objectPath(root, key) : segmentPath(root, packed.segment);
  await change(path, packed?.offset ?? 0, Number(size));
}

async function flipByte(path: string, offset: number, size: number): Promise<void> {
  await using file = await open(path, 'r+');
  const at = offset + size - 1;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, at);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
