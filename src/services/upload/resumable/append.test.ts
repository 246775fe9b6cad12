import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { LocalBlobStore } from '#adapters/volume/local-blob-store.ts';
import {
  type AppendUploadRequest,
  AppendUploadRequestSchema,
  UploadMetadataSchema,
} from '#gen/filemill/v1/upload_service_pb.ts';
import { testFolder } from '#test/support/start-services.ts';
import { append } from './append.ts';
import { UploadLock } from './upload-locks.ts';
import { findUpload, formatRecord } from './upload-record.ts';

const lockMs = 60_000;
const checksum = { algorithm: 1, digest: Buffer.alloc(20) };

it('writes nothing once its lock is lost', async () => {
  await using scene = await open();
  await assert.rejects(scene.append({}, ['kept', () => scene.loseLock(), 'late']), { reason: 'UPLOAD_LOCKED' });
  assert.equal((await scene.found()).offset, 4);
});

it('takes nothing back once its lock is lost: what is there may be of another', async () => {
  await using scene = await open();
  await assert.rejects(scene.append({ checksum }, ['another']), { reason: 'APPEND_CHECKSUM_MISMATCH' });
  scene.loseLock();
  await assert.rejects(scene.append({}, []), { reason: 'UPLOAD_LOCKED' });
  assert.deepEqual(await scene.found(), { offset: 0, size: 7 });
});

it('takes back what was cut off here, and does not blame its bytes', async () => {
  await using scene = await open();
  await scene.append({ checksum }, ['half', () => scene.endEarly()]);
  assert.deepEqual(await scene.found(), { offset: 0, size: 0 });
});

it('makes what came durable before it ends, also when its stream breaks', async () => {
  await using scene = await open();
  await assert.rejects(
    scene.append({}, [
      'kept',
      () => {
        throw new Error('broken');
      },
    ]),
    /broken/,
  );
  assert.deepEqual(scene.done, ['write', 'sync']);
  scene.done.length = 0;
  await scene.append({ offset: 4n }, ['more']);
  assert.deepEqual(scene.done, ['write', 'sync']);
});

/** An upload on a volume of its own, a lock on it, and a record of what is done to its bytes. */
async function open() {
  const resources = new AsyncDisposableStack();
  const { path } = resources.use(await testFolder());
  const { partial } = resources.use(await LocalBlobStore.open(path));
  const metadata = create(UploadMetadataSchema, { filename: 'f', size: 100n });
  const id = await partial.begin(formatRecord({ clientNote: '', tenant: 'default', metadata }));
  const lock = new UploadLock(id, randomUUID(), async () => undefined);
  const hold = (sentAt: number) => lock.renewed(sentAt, lockMs);
  hold(performance.now());
  const done: string[] = [];
  const early = new AbortController();
  return {
    done,
    endEarly: () => early.abort(),
    loseLock: () => hold(performance.now() - lockMs),
    async append(fields: object, parts: readonly (string | (() => void))[]) {
      await using opened = await partial.open(id, { hashed: false });
      const blob = {
        get size() {
          return opened.size;
        },
        write: (chunk: Uint8Array) => opened.write(chunk).finally(() => done.push('write')),
        sync: () => opened.sync().finally(() => done.push('sync')),
        truncate: (size: number) => opened.truncate(size).finally(() => done.push('truncate')),
        sha256: () => opened.sha256(),
        commit: () => opened.commit(),
        [Symbol.asyncDispose]: async () => undefined,
      };
      const { start } = startOf({ id, ...fields });
      const admitted = { received: async () => undefined, [Symbol.dispose]: () => undefined };
      const upload = await findUpload(partial, id, undefined);
      const limits = { size: 100, maxFileSize: 1_000 };
      await append({ partial, blob, upload, lock, start, limits, admitted, early: early.signal }, messagesOf(parts));
    },
    found: async () => ({
      offset: (await findUpload(partial, id, undefined)).offset,
      size: (await partial.find(id))?.size,
    }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function startOf(value: object) {
  const { part } = create(AppendUploadRequestSchema, { part: { case: 'start', value } });
  if (part.case !== 'start') throw new Error('no start');
  return { start: part.value };
}

async function* messagesOf(parts: readonly (string | (() => void))[]): AsyncGenerator<AppendUploadRequest> {
  for (const part of parts) {
    if (typeof part === 'function') part();
    else yield create(AppendUploadRequestSchema, { part: { case: 'chunk', value: Buffer.from(part) } });
  }
}
