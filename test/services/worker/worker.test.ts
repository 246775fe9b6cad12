import assert from 'node:assert/strict';
import { appendFile, open, rm } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { LocalBlobReader } from '#adapters/volume/local-blob-reader.ts';
import { AnalysisPool } from '#analysis/run/pool.ts';
import { FilemillError } from '#domain/errors.ts';
import { MetadataService, GetStatsResponse_WorkerState_State as State } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { Analysis } from '#services/worker/attempt.ts';
import { type Backend, sha256, startBackend } from '../../support/backend.ts';
import { eventually } from '../../support/eventually.ts';
import { GatedAnalysis, startWorker } from '../../support/test-worker.ts';

describe('a worker without Redis', () => {
  let backend: Backend;
  let pool: AnalysisPool;
  before(async () => {
    backend = await startBackend();
    pool = new AnalysisPool({ threads: 2, heapMb: 256 });
  });
  after(async () => {
    await pool?.[Symbol.asyncDispose]();
    await backend?.[Symbol.asyncDispose]();
  });

  /** A file that gets one attempt, and the path of its bytes. */
  const addFragile = async (file: Parameters<Backend['add']>[0][number]) => {
    const [id = ''] = await backend.add([file]);
    const [row] = await backend.query<{ storage_key: string }>(
      'update files set max_attempts = 1 where id = $1 returning storage_key',
      [id],
    );
    return { id, path: new LocalBlobReader(backend.storageDir).locate(row?.storage_key ?? '').path };
  };
  const statusOf = async (id: string) =>
    (
      await backend.query<{ status: string; attempt: number }>('select status, attempt from files where id = $1', [id])
    )[0];

  it('carries files to their results', async () => {
    await using _ = await startWorker(backend);
    const contents = ['', 'one two three', 'x'.repeat(300_000)];
    const ids = await backend.add(contents.map((content) => ({ content, declaredSha256: sha256(content) })));
    for (const [index, file] of (await backend.ended(ids)).entries())
      assert.deepEqual(file, {
        id: ids[index],
        status: 'COMPLETED',
        attempt: 1,
        error_code: null,
        worker: 'tester',
        sha256: sha256(contents[index] ?? ''),
        results: 1,
      });
    const saved = await backend.query(
      `select output_data -> 'word_count' as words, output_data ? 'analyzers' as whole from results where file_id = $1`,
      [ids[1]],
    );
    // Analysers that have changed need a new template, or each row grows to twice its size.
    assert.deepEqual(saved, [{ words: 3, whole: false }]);
  });

  for (const filename of ['a.txt', 'a.md']) {
    it(`says of the missing blob of ${filename} that it is missing`, async () => {
      const { id, path } = await addFragile({ content: 'gone', filename });
      await rm(path);
      await using _ = await startWorker(backend);
      const [file] = await backend.ended([id]);
      assert.deepEqual([file?.status, file?.error_code, file?.results], ['FAILED', 'blob_missing', 0]);
    });

    it(`accepts no bytes of ${filename} but those that were declared`, async () => {
      const other = await addFragile({ content: 'good', filename, declaredSha256: sha256('evil') });
      const longer = await addFragile({ content: 'short', filename });
      await appendFile(longer.path, ' no more');
      await using _ = await startWorker(backend);
      for (const file of await backend.ended([other.id, longer.id]))
        assert.deepEqual([file.status, file.error_code, file.results], ['FAILED', 'blob_damaged', 0]);
    });
  }

  it('counts no attempt in which the store of the bytes was away', async () => {
    const ids = await backend.add([{ content: 'one' }, { content: 'two' }]);
    await backend.query('update files set max_attempts = 1 where id = any ($1)', [ids]);
    let outages = 3;
    const away = () => new FilemillError('UNAVAILABLE', 'The object store does not respond.');
    const analysis: Analysis = {
      threads: pool.threads,
      perHandOver: pool.perHandOver,
      analyze: async (file, options) => {
        if (outages-- > 0) throw away();
        return await pool.analyze(file, options);
      },
      analyzeAll: async (files) =>
        outages-- > 0 ? files.map(() => ({ failure: away() })) : await pool.analyzeAll(files),
    };
    await using _ = await startWorker(backend, { analysis });
    for (const { status, attempt } of await backend.ended(ids)) assert.deepEqual([status, attempt], ['COMPLETED', 1]);
    assert.ok(outages <= 0);
    assert.deepEqual(await backend.query('select from attempts where file_id = any ($1)', [ids]), []);
  });

  it('claims nothing while it drains, finishes what it holds, and claims again once it is resumed', async () => {
    const gated = new GatedAnalysis(pool);
    await using _ = await startWorker(backend, { analysis: gated, slots: 1 });
    const files = backend.metadata.client(MetadataService);
    const stateIs = (state: State) => async () =>
      (await files.getStats({ workersOnly: true })).workers.find(({ name }) => name === 'tester')?.state === state;
    const [held = ''] = await backend.add([{ content: 'held' }]);
    await eventually('the worker holds the file', () => gated.arrived === 1);
    assert.equal((await files.drainWorker({ name: 'tester' })).worker?.state, State.DRAINING);
    await eventually('the worker has heard', () => _.messages.some((message) => message.startsWith('draining')));
    const [waiting = ''] = await backend.add([{ content: 'waiting' }]);
    assert.equal(await stateIs(State.DRAINING)(), true);
    gated.open(0);
    await backend.ended([held]);
    await eventually('the worker is drained', stateIs(State.DRAINED));
    assert.equal((await statusOf(waiting))?.status, 'PENDING');
    assert.equal((await files.resumeWorker({ name: 'tester' })).worker?.state, State.WORKING);
    gated.open(1);
    assert.equal((await backend.ended([waiting]))[0]?.status, 'COMPLETED');
  });

  it('reads documents by their names without a thread of the pool', async () => {
    const gated = new GatedAnalysis(pool);
    await using _ = await startWorker(backend, { analysis: gated });
    const ids = await backend.add([
      { content: '# two *words*', filename: 'a.md' },
      { content: '\0\x01', filename: 'no.html' },
    ]);
    for (const file of await backend.ended(ids)) assert.deepEqual([file.status, file.results], ['COMPLETED', 1]);
    assert.equal(gated.arrived, 0);
    const saved = await backend.query<{ words: number | null }>(
      'select output_data->$2 as words from results where file_id = any ($1)',
      [ids, 'word_count'],
    );
    assert.deepEqual(saved.map(({ words }) => words).toSorted(), [2, null]);
  });

  it('lets a poisonous file cost nobody else an attempt', async () => {
    const registryUrl = new URL('../../support/poison-registry.ts', import.meta.url).href;
    await using poisonous = new AnalysisPool({ threads: 2, heapMb: 64, registryUrl });
    const harms = { loop: 'analyzer_timeout', exit: 'analyzer_error', heap: 'analyzer_out_of_memory' };
    const deadlineOf = ({ filename }: { filename: string }) => (filename === 'loop' ? 300 : 60_000);
    const bad = await Promise.all(Object.keys(harms).map((filename) => addFragile({ filename, content: 'x' })));
    const neighbours = await backend.add(Array.from({ length: 20 }, (_, index) => ({ content: `good ${index}` })));
    await using _ = await startWorker(backend, {
      slots: 30,
      analysis: {
        threads: 2,
        perHandOver: poisonous.perHandOver,
        analyze: (subject, options) => poisonous.analyze(subject, { ...options, deadlineMs: deadlineOf(subject) }),
        analyzeAll: (files) => poisonous.analyzeAll(files.map((file) => ({ ...file, deadlineMs: deadlineOf(file) }))),
      },
    });
    const failed = await backend.ended(bad.map(({ id }) => id));
    assert.deepEqual(
      failed.map((file) => file.error_code),
      Object.values(harms),
    );
    for (const file of await backend.ended(neighbours)) assert.deepEqual([file.status, file.attempt], ['COMPLETED', 1]);
  });

  it('drops a file whose lease was lost, and leaves it one result', async () => {
    const gated = new GatedAnalysis(pool);
    await using worker = await startWorker(backend, { analysis: gated, patienceMs: 0 });
    const ids = await backend.add([{ content: 'contested' }]);
    await eventually('an analysis has begun', () => gated.arrived === 1);
    await backend.query("update files set lease_until = now() - interval '1 hour' where id = any ($1)", [ids]);
    const [file] = await backend.ended(ids);
    assert.deepEqual([file?.status, file?.attempt, file?.results], ['COMPLETED', 1, 1]);
    // The first attempt never passes its gate: it ends because the renewal was refused.
    await eventually('the worker logs “claim dropped: FENCED”', () =>
      worker.messages.includes('claim dropped: FENCED'),
    );
  });

  it('lets a zombie change nothing', async () => {
    const gated = new GatedAnalysis(pool, { deaf: true });
    await using worker = await startWorker(backend, { analysis: gated, patienceMs: 0 });
    const ids = await backend.add([{ content: 'undead' }]);
    await eventually('an analysis has begun', () => gated.arrived === 1);
    await backend.query("update files set lease_until = now() - interval '1 hour' where id = any ($1)", [ids]);
    const [before] = await backend.ended(ids);
    gated.open(0);
    await eventually('the worker logs “claim dropped: FENCED”', () =>
      worker.messages.includes('claim dropped: FENCED'),
    );
    assert.deepEqual(await backend.ended(ids), [before]);
    assert.deepEqual([before?.attempt, before?.results], [1, 1]);
  });

  it('lets a file go that was deleted under it', async () => {
    const gated = new GatedAnalysis(pool);
    await using worker = await startWorker(backend, { analysis: gated });
    const ids = await backend.add([{ content: 'deleted' }]);
    await eventually('an analysis has begun', () => gated.arrived === 1);
    await backend.query('delete from files where id = any ($1)', [ids]);
    gated.open(0);
    await eventually('the worker logs “claim dropped: GONE”', () => worker.messages.includes('claim dropped: GONE'));
  });

  it('never holds more than its slots', async () => {
    const gated = new GatedAnalysis(pool);
    await using _ = await startWorker(backend, { analysis: gated, slots: 3, drainMs: 0 });
    const ids = await backend.add(Array.from({ length: 8 }, () => ({ content: 'many' })));
    const count = async (status: string) =>
      (await backend.query('select from files where status = $1 and id = any ($2)', [status, ids])).length;
    for (let done = 0; done < ids.length; done++) {
      await eventually(
        'the file is PROCESSING',
        async () => (await count('COMPLETED')) === done && (await count('PROCESSING')) > 0,
      );
      for (let look = 0; look < 5; look++) assert.ok((await count('PROCESSING')) <= 3);
      gated.open(done);
    }
    await backend.ended(ids);
  });

  it('tells of its threads, and of those that are busy, however many files it holds', async () => {
    const gated = new GatedAnalysis(pool);
    await using _ = await startWorker(backend, { analysis: gated, slots: 12, drainMs: 0, name: 'threaded' });
    const ids = await backend.add(Array.from({ length: 12 }, () => ({ content: 'held' })));
    const told = async () => {
      const rows = await backend.query("select slots, busy from workers where name = 'threaded'");
      const [row] = rows as { slots: number; busy: number }[];
      return [row?.slots, row?.busy];
    };
    await eventually('the worker tells of its work', async () => (await told())[1] !== 0 && gated.arrived > 0);
    assert.deepEqual(await told(), [gated.threads, gated.threads]);
    for (let n = 0; n < ids.length; n++) gated.open(n);
    await backend.ended(ids);
  });

  it('gives its claims back when it stops, and the attempts with them', async () => {
    const gated = new GatedAnalysis(pool);
    const worker = await startWorker(backend, { analysis: gated, slots: 6, drainMs: 100, name: 'leaver' });
    const ids = await backend.add(Array.from({ length: 6 }, () => ({ content: 'unfinished' })));
    for (const id of ids)
      await eventually('the file is PROCESSING', async () => (await statusOf(id))?.status === 'PROCESSING');
    await worker[Symbol.asyncDispose]();
    // The metadata service gives back by itself what it claimed for a call that was cut off.
    for (const id of ids)
      await eventually('the file is PENDING', async () => (await statusOf(id))?.status === 'PENDING');
    for (const id of ids) assert.deepEqual(await statusOf(id), { status: 'PENDING', attempt: 0 });
    assert.deepEqual(await backend.query("select * from workers where name = 'leaver'"), []);
    await backend.query('delete from files where id = any ($1)', [ids]);
  });

  it('finishes what runs before it stops', async () => {
    const gated = new GatedAnalysis(pool);
    const worker = await startWorker(backend, { analysis: gated });
    const [id = ''] = await backend.add([{ content: 'last' }]);
    await eventually('an analysis has begun', () => gated.arrived === 1);
    const stopping = worker[Symbol.asyncDispose]();
    gated.open(0);
    await stopping;
    assert.equal((await statusOf(id))?.status, 'COMPLETED');
  });

  it('waits for the result service to come back', async () => {
    const gated = new GatedAnalysis(pool);
    await using _ = await startWorker(backend, { analysis: gated });
    const ids = await backend.add([{ content: 'patient' }, { content: 'too' }]);
    await eventually('2 analyses have begun', () => gated.arrived === 2);
    await backend.stop('result', 'SIGKILL');
    gated.open(0);
    gated.open(1);
    await backend.start('result');
    for (const file of await backend.ended(ids)) assert.deepEqual([file.attempt, file.results], [1, 1]);
  });

  it('waits for the metadata service to come back', async () => {
    await using worker = await startWorker(backend);
    await backend.ended(await backend.add([{ content: 'before' }]));
    await backend.stop('metadata', 'SIGKILL');
    await eventually('the worker logs “claiming fails: retrying”', () =>
      worker.messages.includes('claiming fails: retrying'),
    );
    await backend.start('metadata');
    for (const file of await backend.ended(await backend.add([{ content: 'after' }])))
      assert.deepEqual([file.attempt, file.results], [1, 1]);
    assert.equal(worker.messages.filter((message) => message === 'claiming fails: retrying').length, 1);
  });
});

describe('a worker on small files in segments', () => {
  let backend: Backend;
  before(async () => {
    backend = await startBackend({ packBelow: 64 * 1024 });
  });
  after(() => backend?.[Symbol.asyncDispose]());

  it('reads each from its place, whatever lies beside it', async () => {
    await using _ = await startWorker(backend, { slots: 100 });
    const contents = Array.from({ length: 150 }, (_, n) => 'word '.repeat(n));
    const ids = await backend.add(contents.map((content) => ({ content, declaredSha256: sha256(content) })));
    for (const [n, file] of (await backend.ended(ids)).entries())
      assert.deepEqual([file.status, file.sha256], ['COMPLETED', sha256(contents[n] ?? '')]);
  });

  it('notices a flipped bit, also where no SHA-256 was declared', async () => {
    const [id = '', other = ''] = await backend.add([{ content: 'to be flipped' }, { content: 'sound' }]);
    const [row] = await backend.query<{ key: string }>(
      'update files set max_attempts = 1 where id = $1 returning storage_key as key',
      [id],
    );
    const { path, range } = new LocalBlobReader(backend.storageDir).locate(row?.key ?? '');
    await using file = await open(path, 'r+');
    await file.write(Buffer.from('T'), 0, 1, range?.offset);
    await using _ = await startWorker(backend);
    const [flipped, sound] = await backend.ended([id, other]);
    assert.deepEqual([flipped?.status, flipped?.error_code, sound?.status], ['FAILED', 'blob_damaged', 'COMPLETED']);
  });
});
