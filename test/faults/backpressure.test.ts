import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { after, before, it } from 'node:test';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { filemill } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { testFolder } from '../support/start-services.ts';
import { chunkOf, filesBelow, metadataOf, queryRows, streamOf } from '../support/upload-stack.ts';
import { startTarget, type Target } from './hostile/target.ts';

let target: Target;
before(async () => {
  target = await startTarget({
    FILEMILL_MAX_UPLOADS: '2',
    FILEMILL_STREAM_IDLE_MS: '600000',
    FILEMILL_LOG_LEVEL: 'info',
  });
});
after(() => target[Symbol.asyncDispose]());

it('20 clients of a server that takes two files at a time wait, and all succeed', async (test) => {
  const release = Promise.withResolvers<void>();
  const holders = await holdBothPlaces(release.promise);
  const clients = Array.from({ length: 20 }, (_, n) => target.upload(Buffer.alloc(300_000, n)));
  await refusals(20);
  release.resolve();
  assert.equal(new Set(await Promise.all(clients)).size, 20);
  await Promise.all(holders);
  test.diagnostic(`refused as OVERLOADED: ${countRefusals()} times`);
});

it('the command line waits too', async () => {
  await using folder = await testFolder();
  await mkdir(`${folder.path}/files`);
  for (let n = 0; n < 20; n += 1) await writeFile(`${folder.path}/files/${n}`, Buffer.alloc(300_000, n));
  const release = Promise.withResolvers<void>();
  const holders = await holdBothPlaces(release.promise);
  const before = countRefusals();
  const running = filemill(['upload', '--json', '--concurrency', '20', `${folder.path}/files`], {
    server: target.address,
  });
  await refusals(before + 20);
  release.resolve();
  const run = await running;
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.lines().length, 20);
  const [row] = await queryRows(
    target.backends.databaseUrl,
    "select count(*)::int from files where filename ~ '^[0-9]+$'",
  );
  assert.equal(row?.count, 20);
  await Promise.all(holders);
});

it('a server with a full backlog refuses until workers have caught up', async () => {
  await using bounded = await startTarget({ FILEMILL_MAX_BACKLOG: '3' });
  for (let n = 0; n < 3; n += 1) await bounded.upload(Buffer.from(`waits ${n}`));
  using channel = new RpcChannel(bounded.address);
  const { uploadFile } = channel.client(UploadService);
  const refused = async () => {
    const outcome = uploadFile(streamOf(metadataOf({ filename: 'one too many' }), chunkOf('x'))).then(() => 'kept');
    return (await outcome.catch((error) => error.reason)) === 'OVERLOADED';
  };
  await eventually('the server refuses', refused);
  const patient = bounded.upload(Buffer.from('patient'));
  await completeAll(bounded.backends.databaseUrl);
  assert.match(await patient, /^[0-9a-f-]{36}$/);
});

/** As if workers had caught up. */
async function completeAll(databaseUrl: string): Promise<void> {
  for (const statement of [
    "update files set status = 'COMPLETED' where status = 'PENDING'",
    'delete from file_states',
    "update file_counts set status = 'COMPLETED'",
  ])
    await queryRows(databaseUrl, statement);
}

/** Two uploads that are let in and do not end before `released` resolves. */
async function holdBothPlaces(released: Promise<void>): Promise<readonly Promise<unknown>[]> {
  const answers = [holdPlace(released), holdPlace(released)];
  await eventually('2 uploads are staged', async () => (await filesBelow(`${target.storageDir}/staging`)).length === 2);
  return answers;
}

async function holdPlace(released: Promise<void>): Promise<unknown> {
  using channel = target.channel();
  const messages = async function* () {
    yield metadataOf({ filename: 'held' });
    // More than fits with other small files.
    yield chunkOf(Buffer.alloc(100_000));
    await released;
  };
  return await channel.client(UploadService).uploadFile(messages());
}

async function refusals(atLeast: number): Promise<void> {
  await eventually('enough uploads were refused', () => countRefusals() >= atLeast);
}

function countRefusals(): number {
  return target.log().split('"reason":"OVERLOADED"').length - 1;
}
