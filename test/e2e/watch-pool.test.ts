import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FilemillError } from '#domain/errors.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { MetadataService, type WatchFilesRequest } from '#gen/filemill/v1/metadata_service_pb.ts';
import { never } from '#platform/abort.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import { RpcServer } from '#platform/rpc/server.ts';
import { type NotedUpdate, WatchPool, type WatchPoolOptions } from '#sdk/watch-pool.ts';
import { AttemptsClient } from '#services/worker/lifecycle/attempts.ts';
import { type Backend, claimerFor, startBackend } from '../support/backend.ts';
import { eventually } from '../support/eventually.ts';
import { testFolder } from '../support/start-services.ts';

/** A pool, and what it told. */
function watching(files: RpcClient<typeof MetadataService>, more: Partial<WatchPoolOptions> = {}) {
  const told: NotedUpdate[] = [];
  const lost: { id: string; note: string; error: FilemillError }[] = [];
  const pool = new WatchPool(files, {
    signal: never,
    forMs: 10_000,
    terminalOnly: true,
    onUpdates: (updates) => void told.push(...updates),
    onLost: (file, error) => void lost.push({ ...file, error }),
    ...more,
  });
  return { pool, told, lost, hasTold: (id: string) => told.some((update) => update.id === id) };
}

describe('watching files', () => {
  let backend: Backend;
  before(async () => {
    backend = await startBackend();
  });
  after(() => backend?.[Symbol.asyncDispose]());

  const files = () => backend.metadata.client(MetadataService);

  async function end(ids: readonly string[]): Promise<void> {
    const attempts = new AttemptsClient(backend.metadata, backend.result);
    const { files: claimed } = await claimerFor(backend, 'w')(ids, never);
    const failure = { errorCode: 'analyzer_error', errorMessage: 'no', permanent: true };
    await Promise.all(
      claimed.map(({ id, leaseToken }) => attempts.fail({ id, leaseToken, ...failure }, { signal: never })),
    );
  }

  it('tells of those that have ended, however many slow ones were asked for before', { timeout: 30_000 }, async () => {
    const { pool, told, hasTold } = watching(files());
    const ids = await backend.add(Array.from({ length: 8 }, () => ({})));
    const [slow, ended] = [ids.slice(0, 6), ids.slice(6)];
    await end(ended);
    for (const id of slow) {
      pool.add(id);
      await delay(20);
    }
    for (const id of ended) pool.add(id);
    await eventually('every file that ended is told of', () => ended.every(hasTold));
    assert.ok(told.every(({ file }) => file?.status === FileStatus.FAILED));
    assert.equal(told.length, ended.length);
    await end(slow);
    await pool.idle();
    assert.deepEqual(told.map(({ id }) => id).sort(), [...ids].sort());
  });

  it('holds for more ids than one stream may have, and keeps their notes', { timeout: 30_000 }, async () => {
    const { pool, told } = watching(files());
    const [slow = ''] = await backend.add([{}]);
    const unknown = Array.from({ length: 12_500 }, () => randomUUID());
    pool.add(slow, 'slow');
    for (const [n, id] of unknown.entries()) pool.add(id, `note ${n}`);
    await eventually('every unknown id is told of', () => told.length === unknown.length);
    const notes = new Map(told.map(({ id, file, note }) => [id, file === undefined && note]));
    for (const [n, id] of unknown.entries()) assert.equal(notes.get(id), `note ${n}`);
    await end([slow]);
    await pool.idle();
    assert.deepEqual([told.at(-1)?.id, told.at(-1)?.note], [slow, 'slow']);
  });

  it('takes ids in upper case, each once', { timeout: 30_000 }, async () => {
    const ids = await backend.add([{}]);
    await end(ids);
    for (const terminalOnly of [true, false]) {
      const { pool, told } = watching(files(), { terminalOnly });
      for (const id of ids) pool.add(id.toUpperCase());
      await pool.idle();
      assert.deepEqual(
        told.map(({ id }) => id),
        ids,
      );
    }
  });

  it('loses all of them when it is stopped, and those that come later', { timeout: 30_000 }, async () => {
    const stop = new AbortController();
    const { pool, lost } = watching(files(), { signal: stop.signal });
    const ids = await backend.add(Array.from({ length: 6 }, () => ({})));
    for (const id of ids) pool.add(id, `note of ${id}`);
    await delay(20);
    stop.abort();
    await pool.idle();
    const late = randomUUID();
    pool.add(late, `note of ${late}`);
    await pool.idle();
    assert.deepEqual(lost.map(({ id }) => id).sort(), [...ids, late].sort());
    for (const { id, note } of lost) assert.equal(note, `note of ${id}`);
  });
});

describe('watching a million files', () => {
  /** Every file ends as soon as it is asked for; the calls, and the most files that were asked for at the same time. */
  async function startServer(answer: (request: WatchFilesRequest) => AsyncGenerator<object>) {
    const resources = new AsyncDisposableStack();
    const { path } = resources.use(await testFolder());
    const server = resources.use(new RpcServer(createLogger('test', { level: 'silent', format: 'json' })));
    server.addPart(MetadataService, { watchFiles: answer });
    await server.listen(`unix:${path}/s`);
    const channel = resources.use(new RpcChannel(`unix:${path}/s`));
    return {
      files: channel.client(MetadataService),
      [Symbol.asyncDispose]: () => resources.disposeAsync(),
    };
  }

  it('asks for 8,000 at a time, and goes on only when what was told is dealt with', { timeout: 60_000 }, async () => {
    let [asked, most] = [0, 0];
    await using server = await startServer(async function* ({ ids }) {
      asked += ids.length;
      most = Math.max(most, asked);
      yield { missingIds: ids };
    });
    let dealtWith = 0;
    const { pool } = watching(server.files, {
      onUpdates: async (updates) => {
        await delay(1);
        dealtWith += updates.length;
        asked -= updates.length;
      },
    });
    for (let n = 0; n < 50_000; n++) {
      pool.add(randomUUID());
      await pool.room();
    }
    await pool.idle();
    assert.equal(dealtWith, 50_000);
    assert.ok(most <= 8_000, `${most} were asked for at the same time`);
  });

  it('loses those that wait at once when the server stays away', { timeout: 60_000 }, async () => {
    // biome-ignore lint/correctness/useYield: it fails before it answers
    await using server = await startServer(async function* () {
      throw new FilemillError('UNAVAILABLE');
    });
    const { pool, lost } = watching(server.files, { forMs: 0 });
    for (let n = 0; n < 30_000; n++) pool.add(randomUUID(), `${n}`);
    await pool.idle();
    assert.equal(new Set(lost.map(({ note }) => note)).size, 30_000);
    assert.ok(lost.every(({ error }) => error.reason === 'UNAVAILABLE'));
  });

  it('tells nothing twice when a stream is opened again', { timeout: 60_000 }, async () => {
    const id = randomUUID();
    const state = (status: FileStatus) => ({
      files: [{ id, status, updatedAt: { seconds: BigInt(status), nanos: 0 } }],
    });
    let opened = 0;
    await using server = await startServer(async function* () {
      yield state(opened < 2 ? FileStatus.PENDING : FileStatus.COMPLETED);
      opened += 1;
      if (opened < 3) throw new FilemillError('UNAVAILABLE');
    });
    const { pool, told } = watching(server.files, { terminalOnly: false });
    pool.add(id);
    await pool.idle();
    assert.deepEqual(
      told.map(({ file }) => file?.status),
      [FileStatus.PENDING, FileStatus.COMPLETED],
    );
  });
});
