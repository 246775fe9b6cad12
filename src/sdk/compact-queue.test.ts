import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { CompactQueue, type Noted } from './compact-queue.ts';

it('gives what it took, in order, whatever its size', () => {
  const queue = new CompactQueue();
  const expected: Noted[] = [];
  const given: Noted[] = [];
  for (let n = 0; n < 20_000; n++) {
    const item = {
      id: randomUUID(),
      note: n % 100 === 0 ? '' : `ordner/日本 ${n}`.repeat(n % 1_000 === 1 ? 5_000 : 1),
    };
    queue.push(item);
    expected.push(item);
    if (n % 3 === 0) given.push(...queue.take(2));
    assert.equal(queue.length, expected.length - given.length);
  }
  given.push(...queue.take(Number.POSITIVE_INFINITY));
  assert.deepEqual(given, expected);
  assert.deepEqual([queue.length, queue.take(1)], [0, []]);
});
