import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { mutate } from './mutation.ts';
import { mutations } from './mutations.ts';
import { root } from './private-copy.ts';

/** Without running them: `npm run mutants` does that. */

test('every mutation still applies', async () => {
  for (const mutation of mutations) {
    const source = await readFile(join(root, mutation.file), 'utf8');
    assert.notEqual(mutate(source, mutation), source, mutation.name);
  }
});

test('mutations have names of their own', () => {
  assert.equal(new Set(mutations.map(({ name }) => name)).size, mutations.length);
});
