import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readIds } from './ids.ts';

it('reads an id in whatever case once, as the server writes it', async () => {
  const id = '01900000-abcd-7000-8000-00000000000f';
  const { signal } = new AbortController();
  assert.deepEqual(await Array.fromAsync(readIds([id.toUpperCase(), id, 'No-Id'], signal)), [id, 'No-Id']);
});
