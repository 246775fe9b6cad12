import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  LockUploadsResponse_Outcome as Outcome,
  UploadLockService,
} from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import { never } from '#platform/abort.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import { UploadLocks } from '#services/upload/resumable/upload-locks.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { queryRows, quiet } from '../../support/upload-stack.ts';

describe('A lock on an upload', () => {
  let backends: Cluster;
  let service: RpcClient<typeof UploadLockService>;
  const resources = new AsyncDisposableStack();
  before(async () => {
    backends = resources.use(await startCluster());
    service = resources.use(new RpcChannel(backends.target('metadata'))).client(UploadLockService);
  });
  after(() => resources.disposeAsync());

  for (const [where, replicas] of Object.entries({ 'within a process': 1, 'between replicas': 2 }))
    it(`is handed over ${where} by its holder`, async () => {
      using locks = new UploadLocks(service, quiet);
      using others = new UploadLocks(service, quiet);
      const id = randomUUIDv7();
      const first = await locks.take(id, never);
      const second = (replicas === 1 ? locks : others).take(id, never);
      await eventually('another call asks for the upload', () => first.wanted.aborted);
      assert.ok(first.isHeld());
      await first[Symbol.asyncDispose]();
      await using held = await second;
      assert.ok(held.isHeld() && !held.wanted.aborted);
    });

  it('stays with a holder that does not give way', async () => {
    using locks = new UploadLocks(service, quiet, { waitMs: 300 });
    using others = new UploadLocks(service, quiet, { waitMs: 300 });
    const id = randomUUIDv7();
    await using first = await locks.take(id, never);
    await assert.rejects(locks.take(id, never), { reason: 'UPLOAD_LOCKED' });
    await assert.rejects(others.take(id, never), { reason: 'UPLOAD_LOCKED' });
    assert.ok(first.isHeld());
  });

  it('is free for the next when it was given back while a renewal was on its way', async () => {
    const [onItsWay, givenBack] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = {
      ...service,
      async lockUploads(request: { readonly renewal: boolean }) {
        if (request.renewal) {
          onItsWay.resolve();
          await givenBack.promise;
        }
        return { ...(await service.lockUploads(request)), lockMs: request.renewal ? 60_000 : 400 };
      },
    } as RpcClient<typeof UploadLockService>;
    using locks = new UploadLocks(slow, quiet);
    const first = await locks.take(randomUUIDv7(), never);
    await onItsWay.promise;
    await first[Symbol.asyncDispose]();
    givenBack.resolve();
    await eventually('the lock is lost', () => first.signal.aborted);
    using others = new UploadLocks(service, quiet, { waitMs: 1_000 });
    await using next = await others.take(first.uploadId, never);
    assert.ok(next.isHeld());
  });

  it('is lost to the call that took it over', async () => {
    using locks = new UploadLocks(service, quiet);
    await using lock = await locks.take(randomUUIDv7(), never);
    const text = 'update upload_locks set token = $2 where upload_id = $1';
    await queryRows(backends.databaseUrl, text, [lock.uploadId, randomUUID()]);
    await eventually('the lock is lost', () => lock.signal.aborted);
    assert.throws(() => lock.assertHeld(), { reason: 'UPLOAD_LOCKED' });
  });

  it('is lost by the clock of its holder while nobody answers', async () => {
    let answers = true;
    const silent = {
      lockUploads: async () =>
        answers ? { outcomes: [Outcome.HELD], lockMs: 300 } : await new Promise<never>(() => undefined),
      unlockUploads: async () => ({}),
    } as unknown as RpcClient<typeof UploadLockService>;
    using locks = new UploadLocks(silent, quiet);
    await using lock = await locks.take(randomUUIDv7(), never);
    answers = false;
    await eventually('the lock is lost', () => lock.signal.aborted);
    assert.throws(() => lock.assertHeld(), { reason: 'UPLOAD_LOCKED' });
  });
});
