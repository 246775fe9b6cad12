import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readingsOf } from './search-text.ts';

const id = '019a5e2c-3f2b-7c11-9d55-0c3a4f1e9b77';

/** What was typed, and the readings besides that of a name. */
const cases: readonly (readonly [typed: string, others: readonly object[]])[] = [
  ['report', []],
  ['abc', []],
  ['cafe', [{ by: 'sha256', prefix: 'cafe' }]],
  ['CAFE', [{ by: 'sha256', prefix: 'cafe' }]],
  ['cafg', []],
  ['a'.repeat(65), []],
  [
    '019a5e2c',
    [
      { by: 'sha256', prefix: '019a5e2c' },
      {
        by: 'id',
        from: '019a5e2c-0000-0000-0000-000000000000',
        to: '019a5e2c-ffff-ffff-ffff-ffffffffffff',
      },
    ],
  ],
  [
    '019a5e2c-',
    [{ by: 'id', from: '019a5e2c-0000-0000-0000-000000000000', to: '019a5e2c-ffff-ffff-ffff-ffffffffffff' }],
  ],
  [id, [{ by: 'id', from: id, to: id }]],
  ['019a-5e2c3f', []],
  ['text/', [{ by: 'type', prefix: 'text/' }]],
  ['image/*', [{ by: 'type', prefix: 'image/' }]],
  ['Application/PDF', [{ by: 'type', prefix: 'application/pdf' }]],
  ['in/2026', [{ by: 'type', prefix: 'in/2026' }]],
  ['a/b/c', []],
];

describe('what was typed into the search box', () => {
  for (const [typed, others] of cases)
    it(`is read in all ways that make sense: ${typed}`, () => {
      const [name, ...rest] = readingsOf(typed);
      assert.deepEqual(name, { by: 'name', part: typed.toLowerCase() });
      assert.deepEqual(rest, others);
    });

  it('loses the space around it', () => {
    assert.deepEqual(readingsOf('  a b '), [{ by: 'name', part: 'a b' }]);
  });
});
