import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FilemillError, type Reason } from '#domain/errors.ts';
import { never } from '#platform/abort.ts';
import { Isolates } from './isolates.ts';

const content = 'three short words\n';
const longDeadline = { deadlineMs: 60_000, signal: never };
const registryUrl = new URL('../../../test/support/poison-registry.ts', import.meta.url).href;
const settings = { processes: 1, memoryMb: 300, findingsDeadlineMs: 500, registryUrl };

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filemill-lone-'));
  await writeFile(join(folder, 'file'), content);
});
after(() => rm(folder, { recursive: true }));

const harms: readonly (readonly [harm: string, reason: Reason, message: RegExp])[] = [
  ['loop', 'ANALYZER_TIMEOUT', /deadline of 500 ms/],
  ['wasm', 'ANALYZER_TIMEOUT', /deadline of 500 ms/],
  ['heap', 'ANALYZER_OUT_OF_MEMORY', /more than the 300 MiB/],
  ['buffers', 'ANALYZER_OUT_OF_MEMORY', /more than the 300 MiB/],
  ['throw', 'ANALYZER_ERROR', /^the content upset me: \ufffd$/],
  ['exit', 'WORKER_CRASHED', /ended with code 3/],
  ['crash', 'WORKER_CRASHED', /ended by SIGSEGV/],
];

test('each harm gets its name, and the next file its result', async () => {
  await using isolates = await Isolates.open(settings);
  for (const [harm, reason, message] of harms) {
    const deadlineMs = reason === 'ANALYZER_TIMEOUT' ? 500 : 60_000;
    await assert.rejects(isolates.analyze(file(harm), { deadlineMs, signal: never }), matches(reason, message));
    assert.equal((await isolates.analyze(file('after.txt'), longDeadline)).word_count, 3);
  }
});

test('analyses a range of a file', async () => {
  await using isolates = await Isolates.open(settings);
  const found = await isolates.analyze({ ...file('good.txt'), range: { offset: 6, length: 9 } }, longDeadline);
  assert.deepEqual([found.word_count, found.size], [2, 9]);
});

test('a process serves one file after the other, and none is left at the end', async () => {
  const isolates = await Isolates.open(settings);
  const seen = new Set<number>();
  for (let count = 0; count < 5; count++) {
    await isolates.analyze(file('good.txt'), longDeadline);
    for (const pid of await isolatePids()) seen.add(pid);
  }
  assert.equal(seen.size, 1);
  await isolates[Symbol.asyncDispose]();
  assert.deepEqual(await isolatePids(), []);
});

test('what a file left behind is not held against the next', async () => {
  await using isolates = await Isolates.open(settings);
  await isolates.analyze(file('crashLater'), longDeadline);
  for (let count = 0; count < 5; count++) {
    assert.equal((await isolates.analyze(file('good.txt'), longDeadline)).word_count, 3);
    await delay(20);
  }
});

test('aborting ends the process and rejects with the reason of the signal', async () => {
  await using isolates = await Isolates.open(settings);
  const controller = new AbortController();
  const running = isolates.analyze(file('wasm'), { deadlineMs: 60_000, signal: controller.signal });
  while ((await isolatePids()).length === 0) await delay(10);
  const reason = new Error('the lease is lost');
  controller.abort(reason);
  await assert.rejects(running, (error) => error === reason);
  assert.deepEqual(await isolatePids(), []);
});

/** The analysis processes that this process has started. */
async function isolatePids(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const ours = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(parent) === process.pid && state !== 'Z';
    }),
  );
  return pids.filter((_, index) => ours[index]).map(Number);
}

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
