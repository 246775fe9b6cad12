import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearest, timeTicks, valueTicks } from './scale.ts';

describe('the scale of a chart', () => {
  const tops: readonly (readonly [number, readonly number[]])[] = [
    [0, [0, 1]],
    [1, [0, 0.5, 1]],
    [7, [0, 5, 10]],
    [1_000, [0, 500, 1_000]],
    [1_234, [0, 500, 1_000, 1_500]],
  ];
  for (const [top, ticks] of tops)
    it(`goes up to ${top} in round steps`, () => assert.deepEqual(valueTicks(top), ticks));

  it('counts in whole steps', () => assert.deepEqual(valueTicks(1, 1), [0, 1]));

  it('has round times of the clock on the wall', () => {
    const from = Date.parse('2026-11-30T03:35:20Z');
    const ticks = timeTicks([from, from + 3_600_000], 2, 5.5 * 3_600_000);
    assert.deepEqual(
      ticks.map((at) => new Date(at).toISOString()),
      ['2026-11-30T04:00:00.000Z', '2026-11-30T04:30:00.000Z'],
    );
  });

  it('has days of UTC', () => {
    const from = Date.parse('2026-11-01T12:00:00Z');
    const ticks = timeTicks([from, from + 3 * 86_400_000], 4, 3_600_000);
    assert.deepEqual(
      ticks.map((at) => new Date(at).toISOString().slice(8, 13)),
      ['02T00', '03T00', '04T00'],
    );
  });

  it('finds the nearest time', () => {
    assert.equal(nearest([], 5), -1);
    assert.equal(nearest([0, 10, 20], 14), 1);
  });
});
