import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { rates, recentRate, takeSample } from './rates.ts';

/** Each test begins long after the one before, so that nothing of it counts. */
let clock = 0;

function take(atMs: number, files: Readonly<Record<string, number>>): void {
  const statuses = Object.fromEntries(Object.entries(files).map(([name, count]) => [name, { files: count, bytes: 0 }]));
  takeSample({ statuses, wait_seconds: { p50: 1, p95: 2 } }, clock + atMs, 1_000_000 + atMs);
}

describe('the rates of the page', () => {
  beforeEach(() => {
    clock += 1_000_000;
    rates.value = [];
  });

  it('are none before there is something to compare', () => {
    take(0, { PENDING: 5 });
    assert.equal(recentRate('in'), 0);
    assert.deepEqual(rates.value, []);
  });

  it('are differences of all files, and of those that ended, by the second', () => {
    take(0, { PENDING: 5 });
    take(2_000, { PENDING: 4, PROCESSING: 3, COMPLETED: 7, FAILED: 1 });
    assert.equal(recentRate('in'), 5);
    assert.equal(recentRate('out'), 4);
  });

  it('are never less than none, though files were deleted', () => {
    take(0, { COMPLETED: 10 });
    take(1_000, { COMPLETED: 2 });
    assert.equal(recentRate('in'), 0);
    assert.equal(recentRate('out'), 0);
  });

  it('say nothing of a pause', () => {
    take(0, { PENDING: 0 });
    take(60_000, { PENDING: 6_000 });
    assert.deepEqual(rates.value, []);
    take(61_000, { PENDING: 6_010 });
    assert.equal(recentRate('in'), 10);
  });

  it('lose nothing when figures come faster than is worth a sample', () => {
    take(0, { PENDING: 0 });
    take(100, { PENDING: 4 });
    take(1_000, { PENDING: 10 });
    assert.deepEqual(
      rates.value.map((sample) => sample.in),
      [10],
    );
  });

  it('carry what else belongs on a chart, by the clock of the server', () => {
    take(0, { PENDING: 5, FAILED: 1 });
    take(2_000, { PENDING: 3, PROCESSING: 1, COMPLETED: 3, FAILED: 3 });
    take(3_000, { PENDING: 3, PROCESSING: 1, COMPLETED: 3, FAILED: 2 });
    assert.deepEqual(rates.value, [
      { at: 1_002_000, seconds: 2, in: 2, out: 2.5, failed: 2, backlog: 4, wait: { p50: 1, p95: 2 } },
      { at: 1_003_000, seconds: 1, in: 0, out: 0, failed: 0, backlog: 4, wait: null },
    ]);
  });

  it('are kept for two minutes', () => {
    for (let second = 0; second < 200; second += 1) take(second * 1_000, { PENDING: second });
    assert.equal(rates.value.length, 120);
  });
});
