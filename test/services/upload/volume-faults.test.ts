import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { traceCalls } from '../../support/trace-calls.ts';
import {
  chunkOf,
  filesBelow,
  metadataOf,
  startUploadStack,
  streamOf,
  type UploadStack,
} from '../../support/upload-stack.ts';

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

const upload = ({ uploads }: UploadStack) =>
  uploads.uploadFile(streamOf(metadataOf({ filename: 'a.txt' }), chunkOf('hello')));

const refusalOf = async (work: Promise<unknown>, root: string) => {
  const error = await work.then(
    () => assert.fail('it was taken'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof FilemillError, String(error));
  assert.ok(!error.message.includes(root), error.message);
  return error.reason;
};

for (const [code, reason] of [
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EROFS', 'STORE_REFUSES'],
  ['EIO', 'STORE_REFUSES'],
  ['ESTALE', 'STORE_REFUSES'],
  ['EACCES', 'STORE_REFUSES'],
  ['EMFILE', 'UNAVAILABLE'],
  ['ENFILE', 'UNAVAILABLE'],
] as const)
  for (const call of ['sync', 'rename'])
    it(`answers ${reason} when ${call} fails with ${code}, and keeps nothing`, async () => {
      await using stack = await startUploadStack(backends);
      {
        using _ = await traceCalls(stack.root, (seen) => {
          if (seen.startsWith(`${call} `))
            throw Object.assign(new Error(`${code}: no, '${stack.root}/x'`), { code, syscall: call });
        });
        assert.equal(await refusalOf(upload(stack), stack.root), reason);
      }
      assert.deepEqual(
        (await filesBelow(stack.root)).filter((path) => path.startsWith('objects/')),
        [],
      );
      assert.equal((await upload(stack)).size, 5n);
    });

for (const folder of ['staging', 'resumable', 'segments'])
  it(`answers STORE_REFUSES while the folder ${folder} has gone, and takes files once it is back`, async () => {
    await using stack = await startUploadStack(backends, { packBelow: folder === 'segments' ? 64 * 1024 : 0 });
    const attempt = () =>
      folder === 'resumable' ? stack.uploads.beginUpload({ metadata: { filename: 'a.txt', size: 5n } }) : upload(stack);
    const [there, away] = [join(stack.root, folder), join(stack.root, 'away')];
    await rename(there, away);
    assert.equal(await refusalOf(attempt(), stack.root), 'STORE_REFUSES');
    await rename(away, there);
    await attempt();
  });
