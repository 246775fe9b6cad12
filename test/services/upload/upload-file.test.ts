import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Reason } from '#domain/errors.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import {
  chunkOf,
  closingOf,
  filesBelow,
  metadataOf,
  queryRows,
  startUploadStack,
  streamOf,
  type UploadMessage,
} from '../../support/upload-stack.ts';

const hello = Buffer.from('hello, mill\n');
const helloSha256 = sha256(hello);
const otherSha256 = sha256(Buffer.from('other'));

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

describe('UploadFile accepts', () => {
  it('a file, and answers when its bytes and its row are there', async () => {
    await using stack = await startUploadStack(backends);
    const bytes = randomBytes(200_000);
    const answer = await stack.uploads.uploadFile(
      streamOf(
        metadataOf({ filename: 'a.bin', path: 'x/y', mimeType: 'image/png', size: 200_000n }),
        chunkOf(bytes.subarray(0, 77_777)),
        chunkOf(''),
        chunkOf(bytes.subarray(77_777)),
      ),
    );
    assert.deepEqual([answer.size, answer.sha256, answer.duplicate], [200_000n, '', false]);
    const [row] = await rowsOf(answer.id);
    const { storage_key: key, ...rest } = row as { storage_key: string };
    assert.deepEqual(rest, {
      filename: 'a.bin',
      path: 'x/y',
      size: '200000',
      mime_type: 'image/png',
      status: 'PENDING',
      declared_sha256: null,
    });
    assert.deepEqual(await filesBelow(stack.root), [`objects/${key.slice(-2)}/${key}`]);
    assert.deepEqual(await readFile(join(stack.root, 'objects', key.slice(-2), key)), bytes);
  });

  it('nothing before its row is committed', async () => {
    await using stack = await startUploadStack(backends);
    const locking = new pg.Client({ connectionString: backends.databaseUrl });
    await locking.connect();
    try {
      await locking.query('begin');
      await locking.query('lock table files in exclusive mode');
      const answered = stack.uploads.uploadFile(streamOf(metadataOf({ filename: 'held-back.txt' }), chunkOf(hello)));
      assert.equal(await Promise.race([answered, delay(500, 'no answer')]), 'no answer');
      await locking.query('rollback');
      assert.equal((await rowsOf((await answered).id)).length, 1);
    } finally {
      await locking.end();
    }
  });

  const verified: Record<string, { metadata: object; closing?: string }> = {
    'a SHA-256 declared first': { metadata: { sha256: helloSha256.toUpperCase() } },
    'a SHA-256 that closes, announced': { metadata: { sha256AtClose: true }, closing: helloSha256 },
    'a SHA-256 that closes, unannounced': { metadata: {}, closing: helloSha256.toUpperCase() },
    'both, in agreement': { metadata: { sha256: helloSha256, sha256AtClose: true }, closing: helloSha256 },
  };
  for (const [what, { metadata, closing }] of Object.entries(verified))
    it(`${what}, and answers with it`, async () => {
      await using stack = await startUploadStack(backends);
      const closings = closing === undefined ? [] : [closingOf(closing)];
      const answer = await stack.uploads.uploadFile(
        streamOf(metadataOf({ filename: 'h', ...metadata }), chunkOf(hello), ...closings),
      );
      assert.equal(answer.sha256, helloSha256);
      assert.equal((await rowsOf(answer.id))[0]?.declared_sha256, helloSha256);
    });

  it('an empty file', async () => {
    await using stack = await startUploadStack(backends);
    const answer = await stack.uploads.uploadFile(
      streamOf(metadataOf({ filename: 'empty', size: 0n }), closingOf(sha256(Buffer.alloc(0)))),
    );
    assert.equal(answer.size, 0n);
    assert.equal((await filesBelow(stack.root)).length, 1);
  });

  it('a file of exactly the largest size', async () => {
    await using stack = await startUploadStack(backends, { maxFileSize: hello.length });
    const answer = await stack.uploads.uploadFile(streamOf(metadataOf({ filename: 'max' }), chunkOf(hello)));
    assert.equal(answer.size, BigInt(hello.length));
  });
});

describe('UploadFile refuses', () => {
  const named = metadataOf({ filename: 'refused.txt' });
  const refusals: Record<string, { reason: Reason; messages: readonly UploadMessage[] }> = {
    'an empty stream': { reason: 'METADATA_MISSING', messages: [] },
    'a chunk first': { reason: 'METADATA_MISSING', messages: [chunkOf(hello), named] },
    'an empty message first': { reason: 'METADATA_MISSING', messages: [{}, named] },
    'metadata twice': { reason: 'METADATA_REPEATED', messages: [named, chunkOf(hello), named] },
    'a chunk after the closing': {
      reason: 'METADATA_REPEATED',
      messages: [named, chunkOf(hello), closingOf(helloSha256), chunkOf(hello)],
    },
    'a second closing': {
      reason: 'METADATA_REPEATED',
      messages: [named, chunkOf(hello), closingOf(helloSha256), closingOf(helloSha256)],
    },
    'an empty message later': { reason: 'REQUEST_INVALID', messages: [named, chunkOf(hello), {}] },
    'fewer bytes than declared': {
      reason: 'SIZE_MISMATCH',
      messages: [metadataOf({ filename: 'short', size: 13n }), chunkOf(hello)],
    },
    'more bytes than declared': {
      reason: 'SIZE_MISMATCH',
      messages: [metadataOf({ filename: 'long', size: 11n }), chunkOf(hello)],
    },
    'a negative size': { reason: 'REQUEST_INVALID', messages: [metadataOf({ filename: 'n', size: -1n })] },
    'a declared size over the maximum': {
      reason: 'FILE_TOO_LARGE',
      messages: [metadataOf({ filename: 'big', size: 1_000_001n })],
    },
    'more bytes than the maximum': {
      reason: 'FILE_TOO_LARGE',
      messages: [named, chunkOf(Buffer.alloc(600_000)), chunkOf(Buffer.alloc(400_001))],
    },
    'a message over the limit': { reason: 'MESSAGE_TOO_LARGE', messages: [named, chunkOf(Buffer.alloc(1_100_000))] },
    'another SHA-256 than declared': {
      reason: 'CHECKSUM_MISMATCH',
      messages: [metadataOf({ filename: 'sum', sha256: otherSha256 }), chunkOf(hello)],
    },
    'another SHA-256 than announced': {
      reason: 'CHECKSUM_MISMATCH',
      messages: [metadataOf({ filename: 'sum', sha256AtClose: true }), chunkOf(hello), closingOf(otherSha256)],
    },
    'another SHA-256 at an unannounced closing': {
      reason: 'CHECKSUM_MISMATCH',
      messages: [named, chunkOf(hello), closingOf(otherSha256)],
    },
    'a closing that contradicts the declaration': {
      reason: 'CHECKSUM_MISMATCH',
      messages: [metadataOf({ filename: 'sum', sha256: helloSha256 }), chunkOf(hello), closingOf(otherSha256)],
    },
    'a stream without its announced closing': {
      reason: 'REQUEST_INVALID',
      messages: [metadataOf({ filename: 'cut', sha256AtClose: true }), chunkOf(hello)],
    },
    'a SHA-256 that is none': {
      reason: 'REQUEST_INVALID',
      messages: [metadataOf({ filename: 'sum', sha256: 'xyz' }), chunkOf(hello)],
    },
    'a closing SHA-256 that is none': {
      reason: 'REQUEST_INVALID',
      messages: [named, chunkOf(hello), closingOf(`${helloSha256}0`)],
    },
    'a MIME type with a line break': {
      reason: 'REQUEST_INVALID',
      messages: [metadataOf({ filename: 'm', mimeType: 'text/plain\n' })],
    },
    'a MIME type of 256 bytes': {
      reason: 'REQUEST_INVALID',
      messages: [metadataOf({ filename: 'm', mimeType: 'x'.repeat(256) })],
    },
    'an idempotency key that is not ASCII': {
      reason: 'REQUEST_INVALID',
      messages: [metadataOf({ filename: 'k', idempotencyKey: 'schlüssel' })],
    },
    'an idempotency key of 256 characters': {
      reason: 'REQUEST_INVALID',
      messages: [metadataOf({ filename: 'k', idempotencyKey: 'k'.repeat(256) })],
    },
    'a path that climbs': {
      reason: 'NAME_INVALID',
      messages: [metadataOf({ filename: 'p', path: 'a/../b' }), chunkOf(hello)],
    },
  };
  for (const [what, { reason, messages }] of Object.entries(refusals))
    it(`${what} with ${reason}, and keeps nothing`, async () => {
      await using stack = await startUploadStack(backends);
      const rowsBefore = await countRows();
      await assert.rejects(stack.uploads.uploadFile(streamOf(...messages)), { reason });
      await eventually('the volume is empty', async () => (await filesBelow(stack.root)).length === 0);
      assert.equal(await countRows(), rowsBefore);
    });

  it('at the first byte too many, without waiting for the end of the stream', async () => {
    await using stack = await startUploadStack(backends);
    const endless = async function* () {
      yield metadataOf({ filename: 'endless', size: 3n });
      yield chunkOf('1234');
      await new Promise(() => undefined);
    };
    await assert.rejects(stack.uploads.uploadFile(endless()), { reason: 'SIZE_MISMATCH' });
    await eventually('the volume is empty', async () => (await filesBelow(stack.root)).length === 0);
  });

  it('a stream that falls silent, and keeps nothing', async () => {
    await using stack = await startUploadStack(backends, { streamIdleMs: 150 });
    const silent = async function* () {
      yield metadataOf({ filename: 'silent' });
      yield chunkOf(hello);
      await new Promise(() => undefined);
    };
    await assert.rejects(stack.uploads.uploadFile(silent()), { reason: 'STREAM_IDLE' });
    await eventually('the volume is empty', async () => (await filesBelow(stack.root)).length === 0);
  });

  it('a file that the volume has no room for, before its first byte', async () => {
    await using stack = await startUploadStack(backends, { maxFileSize: Number.MAX_SAFE_INTEGER });
    const size = BigInt(await stack.blobs.freeBytes()) * 2n;
    await assert.rejects(stack.uploads.uploadFile(streamOf(metadataOf({ filename: 'huge', size }))), {
      reason: 'DISK_FULL',
    });
    await using reserved = await startUploadStack(backends, { diskReserve: Number.MAX_SAFE_INTEGER });
    await assert.rejects(reserved.uploads.uploadFile(streamOf(metadataOf({ filename: 'small' }), chunkOf('x'))), {
      reason: 'DISK_FULL',
    });
  });

  it('more files at once than it can take, until one of them ends', async () => {
    await using stack = await startUploadStack(backends, { maxConcurrent: 1 });
    const { promise: finish, resolve } = Promise.withResolvers<void>();
    const slow = async function* () {
      yield metadataOf({ filename: 'slow' });
      yield chunkOf(hello);
      await finish;
    };
    const first = stack.uploads.uploadFile(slow());
    await eventually('the volume holds 1 file', async () => (await filesBelow(stack.root)).length === 1);
    const quick = () => stack.uploads.uploadFile(streamOf(metadataOf({ filename: 'quick' }), chunkOf(hello)));
    await assert.rejects(quick(), { reason: 'OVERLOADED' });
    resolve();
    await first;
    await quick();
  });
});

describe('UploadFile keeps nothing of a client that goes away', () => {
  it('by cancelling', async () => {
    await using stack = await startUploadStack(backends);
    const rowsBefore = await countRows();
    const cancel = new AbortController();
    const stalled = async function* () {
      yield metadataOf({ filename: 'cut' });
      yield chunkOf(hello);
      await eventually('the volume holds 1 file', async () => (await filesBelow(stack.root)).length === 1);
      cancel.abort();
      await new Promise(() => undefined);
    };
    await assert.rejects(stack.uploads.uploadFile(stalled(), { signal: cancel.signal }));
    await eventually('the volume is empty', async () => (await filesBelow(stack.root)).length === 0);
    assert.equal(await countRows(), rowsBefore);
  });

  it('by passing its deadline', async () => {
    await using stack = await startUploadStack(backends);
    const stalled = async function* () {
      yield metadataOf({ filename: 'late' });
      yield chunkOf(hello);
      await new Promise(() => undefined);
    };
    await assert.rejects(stack.uploads.uploadFile(stalled(), { timeoutMs: 300 }), { reason: 'UNAVAILABLE' });
    await eventually('the volume is empty', async () => (await filesBelow(stack.root)).length === 0);
  });
});

async function rowsOf(id: string) {
  return await queryRows(
    backends.databaseUrl,
    'select storage_key, filename, path, size, mime_type, status, declared_sha256 from files where id = $1',
    [id],
  );
}

async function countRows(): Promise<unknown> {
  return (await queryRows(backends.databaseUrl, 'select count(*) from files'))[0]?.count;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
