import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from './database.ts';
import { type ClockStep, DatabaseClock } from './database-clock.ts';

const start = Date.parse('2026-11-29T12:00:00.000Z');
const minute = 60_000;

/** A DatabaseClock over three clocks that the test sets, in milliseconds since the start. */
function testClock({ host = 0 } = {}) {
  const time = { database: 0, steady: 0, answersAfter: 0 };
  const steps: ClockStep[] = [];
  const clock = new DatabaseClock(undefined as unknown as Database, {
    longestMs: 10 * minute,
    hostTime: () => start + host,
    steadyTime: () => time.steady,
    askTime: async () => {
      time.steady += time.answersAfter;
      return start + time.database;
    },
    onStep: (step) => steps.push(step),
  });
  const pass = async (ms: number) => {
    time.database += ms;
    time.steady += ms;
    await clock.look();
  };
  const range = (ms: number) => {
    const { earliest, latest } = clock.range(ms);
    return [earliest, latest].map((at) => Number(at) - start - time.database);
  };
  return { clock, time, steps, pass, range };
}

test('a range is a moment while the clock runs as the monotonic one does', async () => {
  const { pass, range, steps } = testClock();
  for (let n = 0; n < 20; n++) await pass(1_000);
  assert.deepEqual(
    [range(15_000), range(10 * minute)],
    [
      [0, 0],
      [0, 0],
    ],
  );
  assert.deepEqual(steps, []);
});

for (const seconds of [1_800, -1_800])
  test(`a range spans a step by ${seconds} s for as long as it is, and no longer`, async () => {
    const { clock, time, pass, range, steps } = testClock();
    for (let n = 0; n < 20; n++) await pass(1_000);
    time.database += seconds * 1_000;
    const spans = [-seconds * 1_000, 0].sort((one, other) => one - other);
    for (let n = 0; n < 15; n++) {
      await pass(1_000);
      assert.deepEqual(range(15_000), spans, `${n} s after the step`);
    }
    await pass(1_000);
    assert.deepEqual([range(15_000), range(minute)], [[0, 0], spans]);
    assert.deepEqual(steps, [clock.step]);
    assert.equal(clock.step?.seconds, seconds);
  });

test('a step is seen by the first look after an outage, and its range begins then', async () => {
  const { time, pass, range, steps } = testClock();
  await pass(1_000);
  time.database += 90 * minute;
  time.steady += 60 * minute;
  await pass(0);
  assert.deepEqual(range(minute), [-30 * minute, 0]);
  assert.deepEqual(
    steps.map((step) => step.seconds),
    [1_800],
  );
});

test('until it has watched for as long, the clock of this host counts too', async () => {
  const { pass, range, steps } = testClock({ host: -minute });
  await pass(1_000);
  assert.deepEqual(range(15_000), [-minute, 0]);
  for (let n = 0; n < 16; n++) await pass(1_000);
  assert.deepEqual(range(15_000), [0, 0]);
  assert.deepEqual(steps, []);
});

test('an answer that takes long, and a clock that is slewed, are no steps', async () => {
  const { time, pass, range, steps } = testClock();
  await pass(1_000);
  time.answersAfter = 9_000;
  await pass(1_000);
  time.answersAfter = 0;
  // PostgreSQL's clock advances while the answer is in flight.
  time.database += 9_000;
  for (let n = 0; n < 30; n++) {
    time.database += 100;
    await pass(1_000);
  }
  assert.deepEqual(steps, []);
  const [earliest = 0, latest = 0] = range(5_000);
  assert(earliest >= -1_000 && earliest < 0 && latest === 0, `${earliest} ${latest}`);
});
