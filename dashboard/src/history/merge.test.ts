import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RateSample } from '../live/rates.ts';
import { continueLive, figuresOf, type HistoryPoint } from './merge.ts';

const minute = 60_000;
const begin = Date.parse('2026-11-30T12:00:00Z');

function point(minutes: number, counts: Partial<HistoryPoint>): HistoryPoint {
  const none = { accepted: 0, accepted_bytes: 0, completed: 0, completed_bytes: 0, failed: 0, errors: [] };
  const unknown = { wait_seconds: null, total_seconds: null, backlog: null };
  return { at: new Date(begin + minutes * minute).toISOString(), seconds: 60, ...none, ...unknown, ...counts };
}

/** A sample of one second. */
function sample(seconds: number, figures: Partial<RateSample>): RateSample {
  const nothing = { seconds: 1, in: 0, out: 0, failed: 0, backlog: 0, wait: null };
  return { at: begin + seconds * 1_000, ...nothing, ...figures };
}

const told = (figures: ReturnType<typeof figuresOf> | ReturnType<typeof continueLive>) =>
  figures.map(({ at, in: incoming }) => [(at - begin) / minute, incoming]);

describe('The charts', () => {
  it('show counts as rates', () => {
    const backlog = { pending: 3, processing: 2, oldest_pending_seconds: 1, oldest_processing_seconds: 1 };
    const wait = { p50: 1, p95: 2 };
    const past = point(0, { accepted: 120, completed: 60, failed: 6, backlog, wait_seconds: wait });
    assert.deepEqual(figuresOf([past], minute, begin + 2 * minute), [
      { at: begin, in: 2, out: 1.1, failed: 6, backlog: 5, wait },
    ]);
  });

  it('have a gap where Filemill did not run', () => {
    const unknown = { in: null, out: null, failed: null, backlog: null, wait: null };
    assert.deepEqual(figuresOf([point(0, {})], minute, begin + 2 * minute), [{ at: begin, ...unknown }]);
  });

  it('leave out a present minute, and keep a present hour, of which enough is over', () => {
    const at = begin + 20_000;
    assert.deepEqual(figuresOf([point(0, { seconds: 20, accepted: 9 })], minute, at), []);
    assert.equal(figuresOf([point(0, { seconds: 600, accepted: 600 })], 60 * minute, begin + 600_000)[0]?.in, 1);
  });

  it('continue the history with minutes that were seen live', () => {
    const history = figuresOf([point(0, { accepted: 60 }), point(1, { accepted: 120 })], minute, begin + 2.5 * minute);
    const samples = [sample(151, { in: 4 }), sample(152, { in: 6 }), sample(181, { in: 7 })];
    assert.deepEqual(told(continueLive(history, samples, minute, begin + 2.5 * minute)), [
      [0, 1],
      [1, 2],
      [2, 5],
      [3, 7],
    ]);
  });

  it('take a minute that was read before it was complete from what was seen live, and otherwise as it was read', () => {
    const readAt = begin + 2 * minute + 5_000;
    const history = figuresOf([point(0, { accepted: 60 }), point(1, { accepted: 90 })], minute, readAt);
    assert.deepEqual(told(continueLive(history, [], minute, readAt)), [
      [0, 1],
      [1, 1.5],
    ]);
    const samples = [sample(20, { in: 9 }), sample(119, { in: 2 }), sample(121, { in: 3 })];
    assert.deepEqual(told(continueLive(history, samples, minute, readAt)), [
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  it('take the highest backlog and all failures of a minute', () => {
    const samples = [
      sample(1, { failed: 2, backlog: 7 }),
      sample(2, { failed: 1, backlog: 3, wait: { p50: 1, p95: 2 } }),
    ];
    assert.deepEqual(continueLive([], samples, minute, begin), [
      { at: begin, in: 0, out: 0, failed: 3, backlog: 7, wait: { p50: 1, p95: 2 } },
    ]);
  });
});
