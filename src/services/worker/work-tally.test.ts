import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkTally } from './work-tally.ts';

it('tells the rate since the latest reading, and the latest error for as long as the worker runs', async () => {
  const tally = new WorkTally();
  assert.equal(tally.read().lastErrorCode, undefined);
  for (let n = 0; n < 3; n++) tally.completed();
  tally.failed('BLOB_MISSING');
  await delay(5);
  const { filesPerSecond = 0, memoryBytes, lastErrorCode, lastErrorAt } = tally.read();
  assert.ok(filesPerSecond > 0 && filesPerSecond <= 800, String(filesPerSecond));
  assert.ok(memoryBytes > 2 ** 20);
  assert.equal(lastErrorCode, 'blob_missing');
  assert.ok(lastErrorAt);
  const later = tally.read();
  assert.deepEqual([later.filesPerSecond, later.lastErrorCode], [0, 'blob_missing']);
});
