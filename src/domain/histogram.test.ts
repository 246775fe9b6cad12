import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketOf, type Histogram, percentile } from './histogram.ts';

function histogramOf(durations: readonly number[]): Histogram {
  const histogram: Record<number, number> = {};
  for (const seconds of durations) histogram[bucketOf(seconds)] = (histogram[bucketOf(seconds)] ?? 0) + 1;
  return histogram;
}

test('every duration is in the bucket that begins at or below it, and longer ones never in an earlier one', () => {
  let before = -1;
  for (let ms = 0; ms < 5_000; ms++) {
    const bucket = bucketOf(ms / 1_000);
    assert.ok(bucket === before || bucket === before + 1, `${ms} ms is in bucket ${bucket}, after ${before}`);
    before = bucket;
  }
});

const odd = [
  { name: 'of a clock that was set back', seconds: -5, bucket: 0 },
  { name: 'of no time', seconds: 0, bucket: 0 },
  { name: 'of a year', seconds: 31_536_000, bucket: 60 },
];
for (const { name, seconds, bucket } of odd)
  test(`a duration ${name} has a bucket`, () => assert.equal(bucketOf(seconds), bucket));

const spreads = {
  'all alike': Array.from({ length: 1_000 }, () => 0.25),
  'evenly spread': Array.from({ length: 1_000 }, (_, n) => n / 100),
  'few very long': Array.from({ length: 1_000 }, (_, n) => (n > 980 ? 3_600 : 0.02)),
  'over many magnitudes': Array.from({ length: 1_000 }, (_, n) => 0.002 * 1.01 ** n),
};
for (const [name, durations] of Object.entries(spreads))
  test(`percentiles of durations that are ${name} are off by a third at most`, () => {
    const sorted = durations.toSorted((one, other) => one - other);
    for (const share of [0.5, 0.95, 0.99]) {
      const truth = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
      const told = percentile(histogramOf(durations), share) ?? Number.NaN;
      assert.ok(told >= truth * 0.67 && told <= truth * 1.5, `${share}: ${told} for ${truth}`);
    }
  });

test('nothing is known of no durations', () => {
  assert.equal(percentile({}, 0.5), undefined);
  assert.equal(percentile({ 3: 0 }, 0.5), undefined);
});

test('histograms add up', () => {
  assert.equal(percentile({ 3: 1, 9: 1 }, 0.95), percentile({ 9: 40, 3: 40 }, 0.95));
});
