import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { UploadLockService } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { UploadMetadataSchema } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { UploadLocks } from '#services/upload/resumable/upload-locks.ts';
import { formatRecord } from '#services/upload/resumable/upload-record.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { append, begin, get } from '../../support/resumable-uploads.ts';
import { filesBelow, quiet, startUploadStack } from '../../support/upload-stack.ts';

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

const content = randomBytes(100_000);

describe('Beginning an upload whose idempotency key is known', () => {
  it('goes on with it, on any replica, and disturbs nobody', async () => {
    await using stack = await startUploadStack(backends);
    await using other = await startUploadStack(backends, { root: stack.root });
    const key = { idempotencyKey: randomUUID() };
    const { id } = await begin(stack, key);
    await append(stack, { id }, content.subarray(0, 60_000));
    const again = await begin(other, key);
    assert.deepEqual([again.id, again.offset, again.file], [id, 60_000n, undefined]);
    const { file } = await append(other, { id, offset: 60_000n }, content.subarray(60_000));
    assert.equal(file?.size, 100_000n);
  });

  it('needs no more room than what is missing', async () => {
    await using stack = await startUploadStack(backends);
    await using full = await startUploadStack(backends, { root: stack.root, diskReserve: Number.MAX_SAFE_INTEGER });
    const key = { idempotencyKey: randomUUID() };
    const { id } = await begin(stack, key);
    assert.equal((await begin(full, key)).id, id);
    await assert.rejects(begin(full, { idempotencyKey: randomUUID() }), { reason: 'DISK_FULL' });
  });

  it('is one upload however many begin it at once, also on two replicas', async () => {
    await using stack = await startUploadStack(backends);
    await using other = await startUploadStack(backends, { root: stack.root });
    const key = { idempotencyKey: randomUUID() };
    const retry = { signal: never, forMs: 20_000 };
    const begun = await Promise.all(
      Array.from({ length: 8 }, (_, n) => withRetry(() => begin(n % 2 === 0 ? stack : other, key), retry)),
    );
    const [id = '', ...others] = new Set(begun.map((upload) => upload.id));
    assert.deepEqual(others, []);
    assert.equal((await append(other, { id }, content)).file?.size, 100_000n);
  });

  it('one that was begun while it waited for the lock is not begun again', async () => {
    await using stack = await startUploadStack(backends);
    const key = { idempotencyKey: randomUUID() };
    const { id } = await begin(stack, key);
    await stack.uploads.cancelUpload({ id });
    using locks = new UploadLocks(stack.metadata.client(UploadLockService), quiet);
    const earlier = await locks.take(id, never);
    const waiting = begin(stack, key);
    await eventually('another call asks for the upload', () => earlier.wanted.aborted);
    const metadata = create(UploadMetadataSchema, { filename: 'f', size: 100_000n, ...key });
    await stack.blobs.partial.begin(formatRecord({ metadata, clientNote: 'of the earlier', tenant: 'default' }), id);
    await earlier[Symbol.asyncDispose]();
    assert.equal((await waiting).clientNote, 'of the earlier');
  });

  it('makes up for a crash that left bytes without a note', async () => {
    await using stack = await startUploadStack(backends);
    const key = { idempotencyKey: randomUUID() };
    const { id } = await begin(stack, key);
    await append(stack, { id }, content.subarray(0, 10));
    await rm(join(stack.root, 'resumable', `${id}.json`));
    const again = await begin(stack, key);
    assert.deepEqual([again.id, again.offset], [id, 0n]);
  });

  it('answers with the file once it is one, and begins anew once that was deleted', async () => {
    await using stack = await startUploadStack(backends);
    const key = { idempotencyKey: randomUUID() };
    const { id } = await begin(stack, key);
    const { file } = await append(stack, { id }, content);
    assert.deepEqual((await begin(stack, key)).file, file);
    await stack.channel.client(MetadataService).deleteFiles({ ids: [file?.id ?? ''] });
    const again = await begin(stack, key);
    assert.deepEqual([again.id, again.offset, again.file], [id, 0n, undefined]);
    assert.notEqual((await append(stack, { id }, content)).file?.id, file?.id);
  });

  const others: Record<string, MessageInitShape<typeof UploadMetadataSchema>> = {
    'another name': { filename: 'other' },
    'another path': { path: 'other' },
    'another size': { size: 5n },
    'another type': { mimeType: 'text/plain' },
    'another SHA-256': { sha256: 'ab'.repeat(32) },
    'another kind of end': { sha256AtClose: true },
    'another key': { idempotencyKey: randomUUID() },
    'no key': { idempotencyKey: '' },
  };
  for (const [what, difference] of Object.entries(others))
    it(`is another upload with ${what}`, async () => {
      await using stack = await startUploadStack(backends);
      const key = { idempotencyKey: randomUUID() };
      const { id } = await begin(stack, key);
      const other = await begin(stack, { ...key, ...difference });
      assert.notEqual(other.id, id);
      assert.equal((await get(stack, id)).id, id);
    });

  it('is another upload when that is what the client wants', async () => {
    await using stack = await startUploadStack(backends);
    const metadata = { filename: 'f', size: 100_000n, idempotencyKey: randomUUID() };
    const ids = [false, true, true].map(
      async (beginAnew) => (await stack.uploads.beginUpload({ metadata, beginAnew })).upload?.id,
    );
    assert.equal(new Set(await Promise.all(ids)).size, 3);
    assert.equal((await filesBelow(join(stack.root, 'resumable'))).length, 6);
  });
});
