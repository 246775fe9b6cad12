import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastOptions } from '#domain/analysis.ts';
import { readWorkerConfig } from './config.ts';

const env = { FILEMILL_STORAGE_DIR: '/storage' };

test('analysers that do harm are refused unless tests ask for them', () => {
  const poisonous = { ...env, FILEMILL_ANALYSIS_REGISTRY: '/poison.ts' };
  assert.throws(() => readWorkerConfig(poisonous), /FILEMILL_ANALYSIS_REGISTRY: .* FILEMILL_ALLOW_FAILPOINTS/);
  const { analysis } = readWorkerConfig({ ...poisonous, FILEMILL_ALLOW_FAILPOINTS: '1' });
  assert.equal(analysis.registryUrl, 'file:///poison.ts');
  assert.deepEqual(readWorkerConfig(env).analysis, { heapMb: 256, options: leastOptions });
});

test('a process that runs a file alone has room for its heap, and for more', () => {
  assert.equal(readWorkerConfig({ ...env, FILEMILL_ANALYSIS_HEAP_MB: '1000' }).isolates.memoryMb, 1_256);
});

test('hashes are known ones, in one order', () => {
  const hashes = (list: string) => readWorkerConfig({ ...env, FILEMILL_HASHES: list }).analysis.options.hashes;
  assert.deepEqual(hashes(''), []);
  assert.deepEqual(hashes('blake3, md5,md5'), ['md5', 'blake3']);
  assert.throws(() => hashes('md5,sha3'), /FILEMILL_HASHES: must list some of .*"sha3" is none of them/);
});
