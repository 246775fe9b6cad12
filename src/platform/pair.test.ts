import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pair } from './pair.ts';

it('pairs items with their outcomes, and none with that of another', () => {
  assert.deepEqual(pair(['a', 'b'], [1, undefined]), [
    ['a', 1],
    ['b', undefined],
  ]);
  for (const outcomes of [[], [1], [1, 2, 3]])
    assert.throws(() => pair(['a', 'b'], outcomes), /a batch of 2 was answered with/i);
});
