import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { UploadLockService } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import { never } from '#platform/abort.ts';
import { startUploadSweeper } from '#services/upload/duties/upload-sweeper.ts';
import { UploadLocks } from '#services/upload/resumable/upload-locks.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { filesBelow, quiet, startUploadStack, type UploadStack } from '../../support/upload-stack.ts';

const hourMs = 60 * 60 * 1_000;

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

it('forgets uploads that expired, and what a crash left of others, and nothing else', async () => {
  await using stack = await startUploadStack(backends, { uploadExpiryMs: hourMs });
  const [live, expired] = [await stack.blobs.partial.begin(''), await stack.blobs.partial.begin('')];
  await setBack(stack, expired, `${expired}.json`);
  const crashed = randomUUIDv7();
  await writeFile(join(stack.root, 'resumable', crashed), '');
  await setBack(stack, crashed);
  await sweep(stack, async () => (await left(stack)).length <= 2);
  assert.deepEqual(await left(stack), [live, `${live}.json`]);
});

it('spares one whose note is old while its bytes still come', async () => {
  await using stack = await startUploadStack(backends);
  const [live, expired] = [await stack.blobs.partial.begin(''), await stack.blobs.partial.begin('')];
  await setBack(stack, `${live}.json`, expired, `${expired}.json`);
  await sweep(stack, async () => (await left(stack)).length <= 2);
  assert.deepEqual(await left(stack), [live, `${live}.json`]);
});

it('looks again once it has the lock: an append may have come first', async () => {
  await using stack = await startUploadStack(backends);
  const { partial } = stack.blobs;
  const id = await partial.begin('');
  await setBack(stack, id, `${id}.json`);
  using locks = new UploadLocks(stack.metadata.client(UploadLockService), quiet);
  const append = await locks.take(id, never);
  const expired = await partial.begin('');
  await setBack(stack, expired, `${expired}.json`);
  await using _sweeper = sweeper(stack, locks);
  await eventually('another call asks for the upload', () => append.wanted.aborted);
  await partial.note(id, 'appended to');
  await append[Symbol.asyncDispose]();
  await eventually('the expired upload is gone', async () => (await partial.find(expired)) === undefined);
  assert.equal((await partial.find(id))?.note, 'appended to');
});

it('tells when an upload will have expired', async () => {
  await using stack = await startUploadStack(backends, { uploadExpiryMs: hourMs });
  const { upload } = await stack.uploads.beginUpload({ metadata: { filename: 'f', size: 1n } });
  const { writtenAt } = (await stack.blobs.partial.find(upload?.id ?? '')) ?? {};
  const expiry = Number(upload?.expireTime?.seconds) * 1_000;
  assert.equal(Math.floor(((writtenAt?.getTime() ?? 0) + hourMs) / 1_000), expiry / 1_000);
});

async function sweep(stack: UploadStack, done: () => Promise<boolean>): Promise<void> {
  using locks = new UploadLocks(stack.metadata.client(UploadLockService), quiet);
  await using _sweeper = sweeper(stack, locks);
  await eventually('the duty has done its round', done);
}

function sweeper({ blobs: { partial } }: UploadStack, locks: UploadLocks): AsyncDisposable {
  return startUploadSweeper({ partial, locks, uploadExpiryMs: hourMs, logger: quiet });
}

async function left({ root }: UploadStack): Promise<string[]> {
  return await filesBelow(join(root, 'resumable'));
}

/** Makes the upload look last written two hours ago. */
async function setBack({ root }: UploadStack, ...names: readonly string[]): Promise<void> {
  for (const name of names) await utimes(join(root, 'resumable', name), new Date(), new Date(Date.now() - 2 * hourMs));
}
