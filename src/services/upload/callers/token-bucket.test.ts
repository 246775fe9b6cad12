import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenBucket } from './token-bucket.ts';

test('a bucket gives what it holds, then one for each share of a minute', () => {
  let now = 0;
  const bucket = new TokenBucket(() => now);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => bucket.take(3)),
    [0, 0, 0, 20_000],
  );
  now += 19_999;
  assert.equal(bucket.take(3), 1);
  now += 1;
  assert.deepEqual([bucket.take(3), bucket.take(3)], [0, 20_000]);
  now += 600_000;
  assert.deepEqual(
    [1, 2, 3, 4].map(() => bucket.take(3)),
    [0, 0, 0, 20_000],
  );
});

test('a limit of nothing lets nothing pass, and a larger limit counts at once', () => {
  const bucket = new TokenBucket(() => 0);
  assert.equal(bucket.take(0), 60_000);
  assert.equal(bucket.take(1), 0);
  assert.equal(bucket.take(1), 60_000);
  assert.equal(bucket.take(2), 0);
});
