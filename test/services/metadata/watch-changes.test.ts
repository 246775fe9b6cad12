import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { MetadataService, type WatchChangesResponse } from '#gen/filemill/v1/metadata_service_pb.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import { createFile, openTestDatabase } from '../../support/files.ts';
import { startService, testFolder } from '../../support/start-services.ts';

const stack = new AsyncDisposableStack();
let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let files: RpcClient<typeof MetadataService>;

before(async () => {
  const { path } = stack.use(await testFolder());
  opened = stack.use(await openTestDatabase());
  const env = { FILEMILL_DATABASE_URL: opened.url, FILEMILL_GRPC_LISTEN: `unix:${path}/metadata` };
  stack.use(await startService('metadata', env));
  files = stack.use(new RpcChannel(env.FILEMILL_GRPC_LISTEN)).client(MetadataService);
});
after(() => stack.disposeAsync());

/** Watches until `done`; what was told, in order. */
async function watch(cursor: string, done: (told: readonly WatchChangesResponse[]) => boolean) {
  const told: WatchChangesResponse[] = [];
  for await (const message of files.watchChanges({ cursor })) {
    told.push(message);
    if (done(told)) break;
  }
  return told;
}
const tellsOf = (told: readonly WatchChangesResponse[], id: string) =>
  told.some((one) => one.files.some((file) => file.id === id));

test('a watch of all changes shows how things stand, then what changes', async () => {
  let id = '';
  const told = await watch('', (sofar) => {
    if (sofar.length === 1) void createFile(opened.database).then((made) => (id = made));
    return id !== '' && tellsOf(sofar, id);
  });
  assert.ok(told[0]?.stats, 'the first message holds statistics');
  assert.deepEqual([told[0]?.files, told[0]?.lookAgain], [[], false]);
  assert.equal(told.at(-1)?.files.find((file) => file.id === id)?.status, FileStatus.PENDING);
});

test('a cursor resumes where it was given, deletions included', async () => {
  const [first] = await watch('', () => true);
  const ids = [await createFile(opened.database), await createFile(opened.database)] as const;
  await files.deleteFiles({ ids: [ids[0]] });
  // In more than one message when a transaction was open meanwhile, whosever it is.
  const told = await watch(
    first?.cursor ?? '',
    (sofar) => tellsOf(sofar, ids[1]) && sofar.some(({ missingIds }) => missingIds.includes(ids[0])),
  );
  const named = told.flatMap((one) => [...one.files.map(({ id }) => id), ...one.missingIds]);
  assert.deepEqual(new Set(named), new Set(ids));
  assert.ok(told.every(({ lookAgain }) => !lookAgain));
});

test('statistics follow within a second or two, also for what nobody notifies of', async () => {
  const startedAt = performance.now();
  const told = await watch('', (sofar) => sofar.filter(({ stats }) => stats !== undefined).length === 3);
  assert.ok(performance.now() - startedAt > 900, 'once a second at most');
  assert.ok(told.length < 10);
});

test('a cursor of long ago means: look again', async () => {
  const [first] = await watch('1', () => true);
  assert.equal(first?.lookAgain, true);
});

test('more changes than fit a message mean: look again', async () => {
  const [first] = await watch('', () => true);
  await opened.database.query({
    text: 'insert into file_changes (ids) select array_agg(uuidv7()) from generate_series(1, 501)',
  });
  // Not told of before every transaction that was open then has ended, whosever it is.
  const told = await watch(first?.cursor ?? '', (sofar) => sofar.at(-1)?.lookAgain === true);
  const resumed = told.at(-1);
  assert.deepEqual([resumed?.lookAgain, resumed?.files.length, resumed?.missingIds.length], [true, 0, 0]);
});

test('what is no cursor is refused', async () => {
  await assert.rejects(
    watch('mine', () => true),
    (error) => error instanceof FilemillError && error.reason === 'REQUEST_INVALID',
  );
});
