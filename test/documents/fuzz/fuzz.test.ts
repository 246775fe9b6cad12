import assert from 'node:assert/strict';
import { it } from 'node:test';
import { forbidden, fuzz } from './fuzz.ts';

it('500 documents that were changed by chance end with words or a typed error', async () => {
  const mutants = await fuzz({ files: 500, seed: 'npm test', jobs: 2 });
  assert.equal(mutants.length, 500);
  assert.deepEqual(
    mutants.filter(({ outcome }) => forbidden.includes(outcome)),
    [],
  );
  assert.ok(new Set(mutants.map(({ outcome }) => outcome)).has('damaged'));
});
