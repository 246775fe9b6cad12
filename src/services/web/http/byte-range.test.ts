import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { FilemillError } from '#domain/errors.ts';
import { requestedRange } from './byte-range.ts';

it('a Range header is read as RFC 9110 says', () => {
  const cases: readonly (readonly [
    header: string | undefined,
    size: number,
    range: readonly [number, number] | 416 | undefined,
  ])[] = [
    ['bytes=0-0', 10, [0, 1]],
    ['bytes=0-9', 10, [0, 10]],
    ['bytes=2-', 10, [2, 8]],
    ['bytes=2-99', 10, [2, 8]],
    ['Bytes= 9-9 ', 10, [9, 1]],
    ['bytes=-3', 10, [7, 3]],
    ['bytes=-99', 10, [0, 10]],
    [`bytes=1-${'9'.repeat(400)}`, 10, [1, 9]],
    ['bytes=10-', 10, 416],
    ['bytes=10-20', 10, 416],
    [`bytes=${'9'.repeat(400)}-`, 10, 416],
    ['bytes=-0', 10, 416],
    [undefined, 10, undefined],
    ['', 10, undefined],
    ['bytes=-', 10, undefined],
    ['bytes=3-2', 10, undefined],
    ['bytes=0-1,3-4', 10, undefined],
    ['bytes=0x1-3', 10, undefined],
    ['bytes=+1-3', 10, undefined],
    ['lines=0-1', 10, undefined],
    ['bytes=0-', 0, undefined],
    ['bytes=-1', 0, undefined],
  ];
  for (const [header, size, expected] of cases) assert.deepEqual(asked(header, size), expected, `${header} of ${size}`);
});

it('a range never leaves its file', () => {
  const bound = fc.option(fc.oneof(fc.nat(40), fc.bigInt({ min: 0n, max: 2n ** 200n })), { nil: '' });
  fc.assert(
    fc.property(bound, bound, fc.nat(30), (first, last, size) => {
      const range = asked(`bytes=${first}-${last}`, size);
      if (range === undefined || range === 416) return;
      const [offset, length] = range;
      assert.ok(Number.isInteger(offset) && offset >= 0 && length > 0 && offset + length <= size);
    }),
  );
});

function asked(header: string | undefined, size: number): readonly [number, number] | 416 | undefined {
  try {
    const range = requestedRange(header, size);
    return range && [range.offset, range.length];
  } catch (error) {
    assert.ok(error instanceof FilemillError && error.reason === 'RANGE_INVALID');
    return 416;
  }
}
