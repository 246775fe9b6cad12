import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { it } from 'node:test';
import { IdSet } from './id-set.ts';

it('takes each id once, in whatever case', () => {
  const set = new IdSet();
  const ids = Array.from({ length: 20_000 }, () => randomUUIDv7());
  for (const id of ids) assert.equal(set.add(id), true);
  for (const id of ids) assert.equal(set.add(id.toUpperCase()), false);
  assert.equal(set.size, ids.length);
});
