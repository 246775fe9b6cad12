import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FilemillError, type Reason } from '#domain/errors.ts';
import { never } from '#platform/abort.ts';
import { AnalysisPool } from './pool.ts';

const content = 'three short words\n';
const longDeadline = { deadlineMs: 60_000, signal: never };
const settings = { heapMb: 64, registryUrl: new URL('../../../test/support/poison-registry.ts', import.meta.url).href };

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filemill-pool-'));
  await writeFile(join(folder, 'file'), content);
});
after(() => rm(folder, { recursive: true }));

test('analyses a file on a thread of the production registry', async () => {
  await using pool = new AnalysisPool({ threads: 1, heapMb: 64 });
  assert.deepEqual(await pool.analyze(file('hello.txt'), longDeadline), {
    schema: 3,
    mime_type: 'text/plain',
    description: 'Plain text',
    detected_by: 'extension',
    confidence: 'likely',
    candidates: [],
    extension_mismatch: false,
    word_count: 3,
    word_count_of: 'text',
    line_count: 1,
    character_count: 18,
    charset: 'us-ascii',
    sha256: createHash('sha256').update(content).digest('hex'),
    size: 18,
    findings: {},
    analyzers: { text: '3', mime: '3', sha256: '1', size: '1', entropy: '1' },
  });
});

test('analyses a range of a file', async () => {
  await using pool = new AnalysisPool({ threads: 1, heapMb: 64 });
  const found = await pool.analyze({ ...file('hello.txt'), range: { offset: 6, length: 9 } }, longDeadline);
  assert.deepEqual([found.word_count, found.size], [2, 9]);
});

const harms: readonly (readonly [harm: string, reason: Reason, message: RegExp])[] = [
  ['loop', 'ANALYZER_TIMEOUT', /deadline of 500 ms/],
  ['heap', 'ANALYZER_OUT_OF_MEMORY', /memory/],
  ['throw', 'ANALYZER_ERROR', /^the content upset me: \ufffd$/],
  ['exit', 'ANALYZER_ERROR', /thread died/],
];

for (const [harm, reason, message] of harms) {
  test(`an analyser that does "${harm}" costs only its own file: ${reason}`, async () => {
    await using pool = new AnalysisPool({ threads: 2, ...settings });
    await pool.analyze(file('warm.txt'), longDeadline);
    const deadlineMs = harm === 'loop' ? 500 : 60_000;
    const poisoned = pool.analyze(file(harm), { deadlineMs, signal: never });
    const neighbours = Array.from({ length: 20 }, () => pool.analyze(file('neighbour.txt'), longDeadline));
    await assert.rejects(poisoned, matches(reason, message));
    for (const found of await Promise.all(neighbours)) assert.equal(found.word_count, 3);
    // Both threads are running again.
    const two = await Promise.all([1, 2].map(() => pool.analyze(file('after.txt'), longDeadline)));
    assert.deepEqual(
      two.map((found) => found.word_count),
      [3, 3],
    );
  });
}

test('only poison, more of it than there are threads, and the pool still works', async () => {
  await using pool = new AnalysisPool({ threads: 2, ...settings });
  const poison = ['loop', 'exit', 'loop', 'throw', 'exit', 'loop'];
  const outcomes = await Promise.allSettled(
    poison.map((harm) => pool.analyze(file(harm), { deadlineMs: harm === 'loop' ? 200 : 60_000, signal: never })),
  );
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.reason),
    ['ANALYZER_TIMEOUT', 'ANALYZER_ERROR', 'ANALYZER_TIMEOUT', 'ANALYZER_ERROR', 'ANALYZER_ERROR', 'ANALYZER_TIMEOUT'],
  );
  assert.equal((await pool.analyze(file('after.txt'), longDeadline)).word_count, 3);
});

test('an error thrown after the file was done ends neither the process nor the pool', async () => {
  await using pool = new AnalysisPool({ threads: 1, ...settings });
  // It may arrive before the answer is sent, and then fails that file.
  await pool.analyze(file('later'), longDeadline).catch(() => {});
  for (let round = 0; round < 5; round++) {
    const found = await pool.analyze(file('after.txt'), longDeadline).catch(() => undefined);
    if (found !== undefined) return assert.equal(found.word_count, 3);
  }
  assert.fail('the pool did not recover');
});

test('a missing file is BLOB_MISSING, a folder ANALYZER_ERROR', async () => {
  await using pool = new AnalysisPool({ threads: 1, ...settings });
  const gone = { path: join(folder, 'gone'), filename: 'gone', size: 1 };
  await assert.rejects(
    pool.analyze(gone, longDeadline),
    matches('BLOB_MISSING', /^The stored bytes are not in the store\.$/),
  );
  const aFolder = { path: folder, filename: 'folder', size: 1 };
  await assert.rejects(pool.analyze(aFolder, longDeadline), matches('ANALYZER_ERROR', /EISDIR/));
});

test('a file that the volume fails to read is BLOB_UNREADABLE, in words that name no path', async () => {
  await using pool = new AnalysisPool({ threads: 1, ...settings });
  // Nothing is mapped at its beginning, so the kernel returns EIO.
  const damaged = { path: '/proc/self/mem', filename: 'damaged', size: 1 };
  await assert.rejects(
    pool.analyze(damaged, longDeadline),
    matches('BLOB_UNREADABLE', /^The storage volume is [^/]+$/),
  );
});

test('aborting rejects with the reason of the signal, running or waiting', async () => {
  await using pool = new AnalysisPool({ threads: 1, ...settings });
  const controller = new AbortController();
  const reason = new Error('the lease is lost');
  const options = { deadlineMs: 60_000, signal: controller.signal };
  const running = pool.analyze(file('loop'), options);
  const waiting = pool.analyze(file('waiting.txt'), options);
  const other = pool.analyze(file('other.txt'), longDeadline);
  controller.abort(reason);
  await assert.rejects(running, (error) => error === reason);
  await assert.rejects(waiting, (error) => error === reason);
  await assert.rejects(pool.analyze(file('late.txt'), options), (error) => error === reason);
  assert.equal((await other).word_count, 3);
});

test('a deadline counts from when a thread takes the file, not from when it began to wait', async () => {
  await using pool = new AnalysisPool({ threads: 1, ...settings });
  const loops = [1, 2, 3, 4, 5].map(() => pool.analyze(file('loop'), { deadlineMs: 1_000, signal: never }));
  const settled = Promise.allSettled(loops);
  const last = pool.analyze(file('last.txt'), { deadlineMs: 4_900, signal: never });
  assert.equal((await last).word_count, 3);
  for (const outcome of await settled) assert.equal(outcome.status, 'rejected');
});

test('disposing ends running and waiting analyses with SHUTTING_DOWN', async () => {
  const pool = new AnalysisPool({ threads: 1, ...settings });
  const open = [file('loop'), file('waiting.txt')].map((each) => pool.analyze(each, longDeadline));
  const settled = Promise.allSettled(open);
  await pool[Symbol.asyncDispose]();
  for (const outcome of await settled)
    assert.equal(outcome.status === 'rejected' && outcome.reason.reason, 'SHUTTING_DOWN');
});

test('a registry that is refused fails its files', async () => {
  const broken = `data:text/javascript,throw new Error('no analysers here')`;
  await using pool = new AnalysisPool({ threads: 1, heapMb: 64, registryUrl: broken });
  await assert.rejects(pool.analyze(file('x.txt'), { deadlineMs: 2_000, signal: never }), FilemillError);
});

function file(filename: string) {
  return { path: join(folder, 'file'), filename, size: content.length };
}

function matches(reason: Reason, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof FilemillError, String(error));
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, message);
    return true;
  };
}
