import assert from 'node:assert/strict';
import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { UploadLockService } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import { never } from '#platform/abort.ts';
import { UploadEvictor } from '#services/upload/duties/upload-evictor.ts';
import { UploadLocks } from '#services/upload/resumable/upload-locks.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { append, begin, get } from '../../support/resumable-uploads.ts';
import {
  chunkOf,
  filesBelow,
  metadataOf,
  quiet,
  startUploadStack,
  streamOf,
  type UploadStack,
} from '../../support/upload-stack.ts';

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

describe('What nobody goes on with', () => {
  const bounds = {
    bytes: { maxUploads: 100, maxBytes: 250 },
    uploads: { maxUploads: 2, maxBytes: 1_000_000 },
  };
  for (const [what, bound] of Object.entries(bounds))
    it(`is given up beyond the bound on ${what}, the oldest first, and no more than that`, async () => {
      await using stack = await startUploadStack(backends);
      const ids = [await incomplete(stack, 5), await incomplete(stack, 7), await incomplete(stack, 6)];
      await evict(stack, bound, async () => (await left(stack)).length === 2);
      assert.deepEqual(await left(stack), [ids[0], ids[2]].sort());
      await assert.rejects(get(stack, ids[1] ?? ''), { reason: 'UPLOAD_NOT_FOUND' });
    });

  it('stays within the bounds, however old', async () => {
    await using stack = await startUploadStack(backends);
    const id = await incomplete(stack, 50);
    await evict(stack, { maxUploads: 1, maxBytes: 100 }, async () => true);
    assert.deepEqual(await left(stack), [id]);
  });

  it('is given up for another upload that the volume has no room for', async () => {
    await using stack = await startUploadStack(backends);
    const [old, recent] = [await incomplete(stack, 5), await incomplete(stack, 0)];
    await using other = await startUploadStack(backends, { root: stack.root });
    // Simulates a volume that is full except for what `old` holds.
    const isFull = async () => (await left(stack)).includes(old);
    other.blobs.freeBytes = async () => ((await isFull()) ? -1 : 1_000_000);
    const { size } = await other.uploads.uploadFile(streamOf(metadataOf({ filename: 'other' }), chunkOf('content')));
    assert.equal(size, 7n);
    assert.deepEqual(await left(stack), [recent]);
  });

  it('does not help where there is too little of it: the other upload is refused', async () => {
    await using stack = await startUploadStack(backends);
    const recent = await incomplete(stack, 0);
    await using other = await startUploadStack(backends, { root: stack.root });
    other.blobs.freeBytes = async () => -1;
    await assert.rejects(begin(other), { reason: 'DISK_FULL' });
    assert.deepEqual(await left(stack), [recent]);
  });

  it('stays when somebody comes back for it just then', async () => {
    await using stack = await startUploadStack(backends);
    const id = await incomplete(stack, 7);
    await incomplete(stack, 5);
    using locks = new UploadLocks(stack.metadata.client(UploadLockService), quiet);
    const append = await locks.take(id, never);
    await using _evictor = evictor(stack, locks, { maxUploads: 1, maxBytes: 1_000 });
    await eventually('another call asks for the upload', () => append.wanted.aborted);
    await utimes(join(stack.root, 'resumable', id), new Date(), new Date());
    await append[Symbol.asyncDispose]();
    await eventually('one upload is left', async () => (await left(stack)).length === 1);
    assert.deepEqual(await left(stack), [id]);
  });

  it('is bounded also where a crash has left no note', async () => {
    await using stack = await startUploadStack(backends);
    const [noteless, other] = [await incomplete(stack, 7), await incomplete(stack, 5)];
    await rm(join(stack.root, 'resumable', `${noteless}.json`));
    await evict(stack, { maxUploads: 1, maxBytes: 1_000 }, async () => (await left(stack)).length === 1);
    assert.deepEqual(await left(stack), [other]);
  });
});

it('tells what incomplete uploads hold, their limits, and their callers', async () => {
  await using stack = await startUploadStack(backends, { bounds: { maxUploads: 7, maxBytes: 1_000 } });
  await incomplete(stack, 0);
  const finished = await begin(stack, { size: 5n });
  await append(stack, { id: finished.id }, 'whole');
  const { uploads, bytes, maxUploads, maxBytes, callers } = await stack.uploads.getIncompleteUploads({});
  assert.deepEqual([uploads, bytes, maxUploads, maxBytes], [1n, 100n, 7n, 1_000n]);
  assert.deepEqual(
    callers.map(({ address, uploads, bytes }) => [address, uploads, bytes]),
    [['local', 1n, 100n]],
  );
});

/** An upload of which 100 bytes have come, so many minutes ago. */
async function incomplete(stack: UploadStack, minutesAgo: number): Promise<string> {
  const { id } = await begin(stack);
  await append(stack, { id }, Buffer.alloc(100));
  const time = new Date(Date.now() - minutesAgo * 60_000);
  for (const name of [id, `${id}.json`]) await utimes(join(stack.root, 'resumable', name), time, time);
  return id;
}

interface Bounds {
  readonly maxUploads: number;
  readonly maxBytes: number;
}

async function evict(stack: UploadStack, bounds: Bounds, done: () => Promise<boolean>): Promise<void> {
  using locks = new UploadLocks(stack.metadata.client(UploadLockService), quiet);
  await using _evictor = evictor(stack, locks, bounds);
  await eventually('the duty has done its round', done);
}

function evictor({ blobs }: UploadStack, locks: UploadLocks, bounds: Bounds): UploadEvictor {
  return UploadEvictor.start({ partial: blobs.partial, blobs, locks, logger: quiet, ...bounds });
}

/** The ids of those that have bytes. */
async function left({ root }: UploadStack): Promise<string[]> {
  return (await filesBelow(join(root, 'resumable'))).filter((name) => !name.includes('.')).sort();
}
