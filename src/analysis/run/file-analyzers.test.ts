import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { never } from '#platform/abort.ts';
import { LoneAnalysis } from './lone-analysis.ts';
import { AnalysisPool } from './pool.ts';

const settings = {
  heapMb: 64,
  registryUrl: new URL('../../../test/support/findings-registry.ts', import.meta.url).href,
  blobs: { url: new URL('../../../test/support/memory-blobs.ts', import.meta.url).href, options: undefined },
};
const options = { deadlineMs: 60_000, signal: never };
const found = { ends: { first: 'a', last: 'z' }, same: { same: false } };

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filemill-findings-'));
  await writeFile(join(folder, 'file'), 'a to z');
});
after(() => rm(folder, { recursive: true }));

const kinds = [
  ['a thread', () => new AnalysisPool({ threads: 1, ...settings })],
  ['a lone process', () => new LoneAnalysis({ ...settings, memoryMb: 400 })],
] as const;

for (const [where, open] of kinds)
  describe(`a FileAnalyzer in ${where}`, () => {
    it('adds findings by its name, those of the schema alone, and its version', async () => {
      await using analysis = open();
      const { schema, findings, analyzers } = await analysis.analyze(local('file'), options);
      assert.deepEqual([schema, findings], [2, found]);
      assert.deepEqual(analyzers, { text: '1', mime: '2', sha256: '1', size: '1', ends: '7', same: '1' });
    });

    it('reads a blob that no path leads to, as the pass does', async () => {
      await using analysis = open();
      const { findings, word_count } = await analysis.analyze(stored('a to z'), options);
      assert.deepEqual([findings, word_count], [found, 3]);
      const large = await analysis.analyze(stored(`a${'b '.repeat(2_000_000)}z`), options);
      assert.deepEqual([large.findings, large.word_count], [found, 2_000_001]);
      await assert.rejects(analysis.analyze(stored('gone'), options), { reason: 'BLOB_MISSING' });
    });

    it('does not see types that it does not accept', async () => {
      await using analysis = open();
      const { findings, analyzers } = await analysis.analyze(stored('\0\x01'), options);
      assert.deepEqual([findings, Object.keys(analyzers)], [{}, ['text', 'mime', 'sha256', 'size']]);
    });

    it('fails its file when its schema refuses what it found', async () => {
      await using analysis = open();
      const refused = { reason: 'ANALYZER_ERROR', message: /findings of the analyser "ends".*"last"/s };
      await assert.rejects(analysis.analyze(local('wrong'), options), refused);
      assert.deepEqual((await analysis.analyze(local('file'), options)).findings, found);
    });

    it('is ended with its thread when its budget is used up', async () => {
      await using analysis = open();
      const ended = { reason: 'ANALYZER_TIMEOUT', message: /budget of 300 ms/ };
      await assert.rejects(analysis.analyze(local('slow'), options), ended);
      assert.deepEqual((await analysis.analyze(local('file'), options)).findings, found);
    });
  });

function local(filename: string) {
  return { path: join(folder, 'file'), filename, size: 6 };
}

function stored(content: string) {
  return { storageKey: content, filename: 'stored', size: content.length };
}
