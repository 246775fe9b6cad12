import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AnalysisFile } from '#domain/analysis.ts';
import { never } from '#platform/abort.ts';
import { openBlobs } from '#test/support/memory-blobs.ts';
import { Isolates } from './isolates.ts';
import { AnalysisPool } from './pool.ts';

const registryUrl = new URL('../../../test/support/findings-registry.ts', import.meta.url).href;
const blobs = { url: new URL('../../../test/support/memory-blobs.ts', import.meta.url).href, options: undefined };
const found = { edges: { first: 'a', last: 'z' }, same: { same: false } };

let folder: string;
let pool: AnalysisPool;
let isolates: Isolates;
/** With a short deadline. */
let hasty: Isolates;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filemill-findings-'));
  await writeFile(join(folder, 'file'), 'a to z');
  pool = new AnalysisPool({ threads: 1, heapMb: 64, registryUrl, blobs });
  const open = (findingsDeadlineMs: number) =>
    Isolates.open({ processes: 1, memoryMb: 400, findingsDeadlineMs, registryUrl, reader: openBlobs() });
  isolates = await open(120_000);
  hasty = await open(500);
});
after(async () => {
  await isolates[Symbol.asyncDispose]();
  await hasty[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe('a file analyser in a process of its own', () => {
  it('adds its findings under their key, those of the schema alone, its version and what it knows better', async () => {
    const { output, failures } = await analyze(local('file'));
    assert.deepEqual([output.findings, output.word_count, failures], [found, 1_000, []]);
    assert.deepEqual([output.analyzers.ends, output.analyzers.same], ['7', '1']);
  });

  it('reads a blob that no path leads to, as the pass does', async () => {
    assert.deepEqual((await analyze(stored('a to z'))).output.findings, found);
    assert.deepEqual((await analyze(stored(`a${'b '.repeat(2_000_000)}z`))).output.findings, found);
    const { output } = await analyze(stored('a to z'));
    await assert.rejects(isolates.complete(stored('gone'), output, never), { reason: 'BLOB_MISSING' });
  });

  it('does not see types that it does not accept', async () => {
    const output = await pool.analyze(stored('\0\x01'), { deadlineMs: 60_000, signal: never });
    assert.equal(isolates.wants(output), false);
    assert.deepEqual((await isolates.complete(stored('\0\x01'), output, never)).output, output);
  });

  const failures: readonly (readonly [harm: string, code: string, why: RegExp])[] = [
    ['slow', 'timeout', /deadline of 500 ms/],
    ['crash', 'crashed', /ended by SIGSEGV/],
    ['large', 'out_of_memory', /more than the 400 MiB/],
    ['throw', 'failed', /the content upset me/],
    ['wrong', 'failed', /findings of the analyser "ends".*"last"/s],
    ['write', 'failed', /restricted/],
    ['connect', 'failed', /restricted/],
    ['spawn', 'failed', /restricted/],
  ];
  for (const [harm, code, why] of failures)
    it(`that does harm ("${harm}") costs its own findings: ${code}`, async () => {
      const { output, failures } = await analyze(local(harm), harm === 'slow' ? hasty : isolates);
      assert.partialDeepStrictEqual(output.findings, { edges: { error: { code } } });
      assert.deepEqual([output.word_count, output.findings?.same], [null, { same: true }]);
      assert.deepEqual(
        failures.map(({ analyzer }) => analyzer),
        ['ends'],
      );
      assert.match(failures[0]?.why ?? '', why);
      assert.deepEqual((await analyze(local('file'))).output.findings, found);
    });

  for (const [harm] of failures)
    it(`that does harm ("${harm}") leaves a file that is read as a whole to be read step by step`, async () => {
      const by = harm === 'slow' ? hasty : isolates;
      assert.equal(await by.readWhole(local(harm), never), undefined);
      assert.deepEqual((await isolates.readWhole(local('file'), never))?.output.findings, found);
    });

  it('finds the same in a file that is read as a whole', async () => {
    for (const file of [local('file'), local('damaged'), stored('a to z'), stored('\0\x01')]) {
      const output = await pool.analyze(file, { deadlineMs: 60_000, signal: never });
      const whole = await isolates.readWhole(file, never);
      const { runs: _, ...steps } = await isolates.complete(file, output, never);
      assert.deepEqual(whole, { ...steps, runs: whole?.runs });
    }
  });

  it('gives up a file that is read as a whole when its signal is aborted', async () => {
    const reason = new Error('the lease is lost');
    await assert.rejects(isolates.readWhole(local('file'), AbortSignal.abort(reason)), (error) => error === reason);
  });

  it('says what is wrong with a file, which is no failure', async () => {
    const { output, failures } = await analyze(local('damaged'));
    assert.deepEqual(output.findings?.edges, { error: { code: 'damaged', message: 'The middle is missing.' } });
    assert.deepEqual(failures, []);
  });

  it('is run again when an earlier file has ended the process', async () => {
    for (let round = 0; round < 5; round++) {
      await analyze(local('crashLater'));
      assert.deepEqual((await analyze(local('file'))).output.findings, found);
    }
  });
});

async function analyze(file: AnalysisFile, by = isolates) {
  const output = await pool.analyze(file, { deadlineMs: 60_000, signal: never });
  assert.equal(isolates.wants(output), true);
  return await by.complete(file, output, never);
}

function local(filename: string) {
  return { path: join(folder, 'file'), filename, size: 6 };
}

function stored(content: string) {
  return { storageKey: content, filename: 'stored', size: content.length };
}
