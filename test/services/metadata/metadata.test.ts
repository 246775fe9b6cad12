import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, test } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import {
  CreateFilesResponse_Outcome,
  FileLifecycleService,
} from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { ResultWriterService } from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import {
  LockUploadsResponse_Outcome as LockOutcome,
  UploadLockService,
} from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import {
  DeleteFilesResponse_Outcome,
  MetadataService,
  RetryFilesResponse_Outcome,
  type WatchFilesResponse,
} from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import { type ServiceProcess, startService, testFolder } from '../../support/start-services.ts';
import { testDatabase } from '../../support/stores.ts';

/** The metadata and result services as real processes, through the real client. */

const stack = new AsyncDisposableStack();
let files: RpcClient<typeof MetadataService>;
let lifecycle: RpcClient<typeof FileLifecycleService>;
let locks: RpcClient<typeof UploadLockService>;
let writer: RpcClient<typeof ResultWriterService>;
let results: RpcClient<typeof ResultService>;
let metadata: ServiceProcess;
/** A channel to a second metadata service. */
let second: Record<string, string>;

before(async () => {
  const { path } = stack.use(await testFolder());
  const { url } = stack.use(await testDatabase());
  const env = { FILEMILL_DATABASE_URL: url, FILEMILL_LEASE_MS: '1000' };
  second = { ...env, FILEMILL_GRPC_LISTEN: `unix:${path}/second` };
  metadata = stack.use(await startService('metadata', { ...env, FILEMILL_GRPC_LISTEN: `unix:${path}/metadata` }));
  stack.use(await startService('result', { ...env, FILEMILL_GRPC_LISTEN: `unix:${path}/result` }));
  const toMetadata = stack.use(new RpcChannel(`unix:${path}/metadata`));
  const toResult = stack.use(new RpcChannel(`unix:${path}/result`));
  files = toMetadata.client(MetadataService);
  lifecycle = toMetadata.client(FileLifecycleService);
  locks = toMetadata.client(UploadLockService);
  writer = toResult.client(ResultWriterService);
  results = toResult.client(ResultService);
});
after(() => stack.disposeAsync());

async function createFile(filename = 'a.txt'): Promise<string> {
  const { ids } = await lifecycle.createFiles(columnsOf([{ filename, size: 3n }]));
  return ids[0] ?? '';
}

interface FileFields {
  readonly id?: string;
  readonly filename?: string;
  readonly size?: bigint;
  readonly mimeType?: string;
}

function columnsOf(files: readonly FileFields[]) {
  const ids = files.map(({ id }) => id ?? randomUUIDv7());
  return {
    ids,
    storageKeys: ids,
    filenames: files.map(({ filename }) => filename ?? 'a.txt'),
    paths: files.map(() => ''),
    sizes: files.map(({ size }) => size ?? 1n),
    mimeTypes: files.map(({ mimeType }) => mimeType ?? ''),
    declaredSha256s: files.map(() => ''),
    idempotencyKeys: files.map(() => ''),
  };
}

async function claim(id: string, leaseToken: string = randomUUID()) {
  const { files } = await lifecycle.claimFiles({ worker: 'w', leaseToken, ids: [id] });
  assert.deepEqual(files?.ids, [id]);
  return files;
}

/** Its lease token. */
async function claimFile(id: string): Promise<string> {
  const leaseToken = randomUUID();
  await claim(id, leaseToken);
  return leaseToken;
}

async function complete(id: string): Promise<void> {
  const leaseToken = await claimFile(id);
  const outputJson = JSON.stringify({ mime_type: 'text/plain', word_count: 2, sha256: 'ab', size: 3 });
  const columns = { mimeTypes: ['text/plain'], sha256s: ['ab'], outputJsons: [outputJson] };
  await writer.saveResults({ fileIds: [id], leaseTokens: [leaseToken], ...columns });
}

test('one bad item of a batch gets its own outcome, its neighbours are created', async () => {
  const good = { filename: 'שלום.txt' };
  const items = [good, { ...good, size: -1n }, { ...good, id: 'no' }, { ...good, mimeType: 'a\0b' }, good];
  const { outcomes, ids, rejections } = await lifecycle.createFiles(columnsOf(items));
  const { CREATED, REJECTED } = CreateFilesResponse_Outcome;
  assert.deepEqual(outcomes, [CREATED, REJECTED, REJECTED, REJECTED, CREATED]);
  assert.deepEqual(ids.map(Boolean), [true, false, false, false, true]);
  assert.equal(rejections.length, 3);
});

test('files are answered in the order asked; unknown and malformed ids are named', async () => {
  const [a, b] = [await createFile(), await createFile()];
  const answer = await files.getFiles({ ids: [b, 'nonsense', a] });
  assert.deepEqual(
    answer.files.map(({ id }) => id),
    [b, a],
  );
  assert.deepEqual(answer.missingIds, ['nonsense']);
});

test('a batch that is empty or too large is refused by name', async () => {
  for (const ids of [[], Array.from({ length: 1_001 }, () => randomUUID())]) {
    await assert.rejects(
      files.getFiles({ ids }),
      (error) => error instanceof FilemillError && error.reason === 'REQUEST_INVALID' && /ids/.test(error.message),
    );
  }
});

test('pages follow each other without gap or repetition; a token serves its own filter only', async () => {
  const created = await Promise.all(Array.from({ length: 7 }, () => createFile('paged.bin')));
  const filter = { nameContains: 'PAGED' };
  const seen: string[] = [];
  let pageToken = '';
  do {
    const page = await files.listFiles({ filter, pageSize: 3, pageToken });
    seen.push(...page.files.map(({ id }) => id));
    pageToken = page.nextPageToken;
    if (pageToken !== '')
      await assert.rejects(files.listFiles({ pageSize: 3, pageToken }), { reason: 'REQUEST_INVALID' });
  } while (pageToken !== '');
  assert.deepEqual(seen, created.sort().reverse());
});

test('a waiting worker gets a file as soon as it is created', async () => {
  while (
    (await lifecycle.claimDueFiles({ worker: 'w', leaseToken: randomUUID(), maxFiles: 1_000, waitMs: 0 })).files?.ids
      .length
  );
  const waiting = lifecycle.claimDueFiles({ worker: 'w', leaseToken: randomUUID(), maxFiles: 5, waitMs: 14_000 });
  const id = await createFile();
  assert.deepEqual((await waiting).files?.ids, [id]);
});

test('two waiting workers share what is created, though the first gives up', async () => {
  const claim = (waitMs: number) =>
    lifecycle.claimDueFiles({ worker: 'w', leaseToken: randomUUID(), maxFiles: 5, waitMs });
  const patient = claim(14_000);
  assert.deepEqual((await claim(1)).files?.ids, []);
  const id = await createFile();
  assert.deepEqual((await patient).files?.ids, [id]);
});

test('a watch shows the state at once, then what changes, and ends when all are terminal', async () => {
  const [a, b] = [await createFile(), await createFile()];
  const watch = files.watchFiles({ ids: [a, b, 'nonsense', randomUUID()] })[Symbol.asyncIterator]();
  const messages: WatchFilesResponse[] = [];
  while (messages.flatMap((message) => message.files).length < 2)
    messages.push((await watch.next()).value as WatchFilesResponse);
  assert.equal(messages.flatMap(({ missingIds }) => missingIds).length, 2);
  await complete(a);
  await files.deleteFiles({ ids: [b] });
  for (let next = await watch.next(); !next.done; next = await watch.next()) messages.push(next.value);
  const last = messages.flatMap((message) => message.files).findLast(({ id }) => id === a);
  assert.equal(last?.status, FileStatus.COMPLETED);
  assert(messages.some(({ missingIds }) => missingIds.includes(b)));
});

test('a watch for the end alone begins at once, and tells of no other state', async () => {
  const [a, b] = [await createFile(), await createFile()];
  const watch = files.watchFiles({ ids: [a, b], terminalOnly: true })[Symbol.asyncIterator]();
  const first = (await watch.next()).value as WatchFilesResponse;
  assert.deepEqual([first.files, first.missingIds], [[], []]);
  await complete(a);
  await files.deleteFiles({ ids: [b] });
  const messages: WatchFilesResponse[] = [];
  for (let next = await watch.next(); !next.done; next = await watch.next()) messages.push(next.value);
  const told = messages.flatMap((message) => message.files);
  assert.deepEqual(
    told.map(({ id, status }) => [id, status]),
    [[a, FileStatus.COMPLETED]],
  );
  assert.deepEqual(
    messages.flatMap(({ missingIds }) => missingIds),
    [b],
  );
});

test('a watch without news says nothing now and then, so that it is not cut for silence', async () => {
  const id = await createFile();
  await using _ = await startService('metadata', { ...second, FILEMILL_WATCH_HEARTBEAT_MS: '100' });
  using channel = new RpcChannel(second.FILEMILL_GRPC_LISTEN ?? '');
  for (const terminalOnly of [false, true]) {
    let silent = 0;
    for await (const update of channel.client(MetadataService).watchFiles({ ids: [id], terminalOnly })) {
      if (update.files.length + update.missingIds.length === 0) silent += 1;
      if (silent === 3) break;
    }
    assert.equal(silent, 3);
  }
});

test('a lease that nobody renews is re-opened by the reconciler, uncounted, to run alone', async () => {
  const id = await createFile();
  assert.deepEqual((await claim(id)).alone, [false]);
  for await (const {
    files: [file],
  } of files.watchFiles({ ids: [id] }))
    if (file?.status === FileStatus.PENDING) break;
  const { attempts, alone } = await claim(id);
  assert.deepEqual([attempts, alone], [[1], [true]]);
});

test('retry and delete answer for each id', async () => {
  const [pending, failed] = [await createFile(), await createFile()];
  const leaseToken = await claimFile(failed);
  await lifecycle.failAttempts({
    items: [{ id: failed, leaseToken, errorCode: 'analyzer_error', errorMessage: 'NUL \0 inside', permanent: true }],
  });
  const { RETRIED, NOT_FAILED, NOT_FOUND } = RetryFilesResponse_Outcome;
  const retried = await files.retryFiles({ ids: [pending, 'nonsense', failed] });
  assert.deepEqual(
    retried.items.map(({ outcome }) => outcome),
    [NOT_FAILED, NOT_FOUND, RETRIED],
  );
  const deleted = await files.deleteFiles({ ids: [failed, randomUUID()] });
  assert.deepEqual(
    deleted.items.map(({ outcome }) => outcome),
    [DeleteFilesResponse_Outcome.DELETED, DeleteFilesResponse_Outcome.NOT_FOUND],
  );
});

test('statistics count files by status and name the workers that live', async () => {
  await complete(await createFile());
  await lifecycle.heartbeat({ worker: 'here', slots: 2, busy: 1, source: 'direct' });
  await lifecycle.heartbeat({ worker: 'leaving', slots: 2 });
  await lifecycle.heartbeat({ worker: 'leaving', leaving: true });
  const stats = await files.getStats({});
  assert((stats.statuses.find(({ status }) => status === FileStatus.COMPLETED)?.files ?? 0n) > 0n);
  assert.deepEqual(
    stats.workers.map(({ name }) => name),
    ['here'],
  );
});

test('results are read in batches, in pages and as an export', async () => {
  const ids = await Promise.all([createFile(), createFile()]);
  for (const id of ids) await complete(id);
  const batch = await results.getResults({ fileIds: [...ids, 'nonsense'] });
  assert.deepEqual([batch.results.map(({ fileId }) => fileId), batch.missingFileIds], [ids, ['nonsense']]);
  assert.equal(batch.results[0]?.wordCount, 2n);
  const page = await results.listResults({ pageSize: 1, mimeType: 'text/*' });
  assert.equal(page.results.length, 1);
  assert.notEqual(page.nextPageToken, '');
  const exported = (await Array.fromAsync(results.exportResults({}))).flatMap((message) => message.results);
  for (const id of ids) assert(exported.some(({ fileId }) => fileId === id));
});

test('a malformed lock on an upload harms no neighbour', async () => {
  const [uploadId, token] = [randomUUIDv7(), randomUUID()];
  const columns = { uploadIds: ['nonsense', uploadId], tokens: [token, token] };
  const { outcomes, lockMs } = await locks.lockUploads(columns);
  assert.deepEqual([outcomes, lockMs], [[LockOutcome.TAKEN, LockOutcome.HELD], 1_000]);
  await locks.unlockUploads(columns);
  const other = { uploadIds: [uploadId], tokens: [randomUUID()] };
  assert.deepEqual((await locks.lockUploads(other)).outcomes, [LockOutcome.HELD]);
  await assert.rejects(locks.lockUploads({ ...other, tokens: [] }), { reason: 'REQUEST_INVALID' });
});

test('a stopping service ends watches and long polls, so that their callers turn elsewhere', async () => {
  const id = await createFile();
  await claimFile(id);
  const watch = files.watchFiles({ ids: [id] })[Symbol.asyncIterator]();
  await watch.next();
  const waiting = lifecycle.claimDueFiles({ worker: 'w', leaseToken: randomUUID(), maxFiles: 5, waitMs: 14_000 });
  // Both calls have arrived once a later one on the same connection is answered.
  await files.getStats({});
  const ended = metadata.stop();
  await assert.rejects(
    async () => {
      while (!(await watch.next()).done);
    },
    { reason: 'SHUTTING_DOWN' },
  );
  await waiting;
  await ended;
  assert.equal(metadata.child.exitCode, 0);
});
