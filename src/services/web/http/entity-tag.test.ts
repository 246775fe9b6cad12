import assert from 'node:assert/strict';
import { it } from 'node:test';
import { matchesStrongly, matchesTag } from './entity-tag.ts';

it('weak comparison ignores W/, and strong comparison does not', () => {
  const cases: readonly (readonly [header: string, weak: boolean, strong: boolean])[] = [
    ['"a"', true, true],
    ['"x", "a"', true, true],
    ['*', true, true],
    ['W/"a"', true, false],
    ['W/"a", "b"', true, true],
    ['"x"', false, false],
    ['a', false, false],
    ['', false, false],
    ['Sun, 06 Nov 1994 08:49:37 GMT', false, false],
  ];
  for (const [header, weak, strong] of cases)
    assert.deepEqual([matchesTag(header, '"a"', '"b"'), matchesStrongly(header, '"a"', '"b"')], [weak, strong], header);
  assert.equal(matchesTag(undefined, '"a"'), false);
});
