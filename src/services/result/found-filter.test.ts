import assert from 'node:assert/strict';
import { it } from 'node:test';
import { foundFilter } from './found-filter.ts';

it('a filter that nothing can match, and that nothing can store, is refused', () => {
  for (const mimeType of ['a\0b', 'a'.repeat(256)])
    assert.throws(() => foundFilter({ mimeType }), { reason: 'REQUEST_INVALID' });
  assert.deepEqual(foundFilter({ mimeType: 'image/*' }), { mimeType: 'image/*' });
});
