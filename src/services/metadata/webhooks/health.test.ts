import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer } from '#domain/webhook.ts';
import { Health } from './health.ts';

const success: Answer = { status: 204, error: '' };
const failure: Answer = { status: 500, error: '500' };

function after(before: number, ...answers: readonly Answer[]): Health {
  const health = new Health(before);
  for (const answer of answers) health.note(answer);
  return health;
}

describe('The health of a receiver', () => {
  it('pauses calls after ten failures in a row, and not for some among successes', () => {
    const nine = Array<Answer>(9).fill(failure);
    assert.equal(after(0, ...nine).goesOn, true);
    assert.equal(after(0, ...nine, failure).goesOn, false);
    assert.equal(after(0, ...nine, success, ...nine).goesOn, true);
  });

  it('takes calls at the same time that fail together for one sign', () => {
    const { failures, pauseMs } = after(0, ...Array<Answer>(16).fill(failure)).take() ?? assert.fail();
    assert.equal(failures, 10);
    assert.ok(pauseMs <= 1_000 && pauseMs >= 750);
  });

  it('pauses longer with each call that finds it down, and is well after one that succeeds', () => {
    assert.equal(after(12).isProbing, true);
    const { failures, pauseMs } = after(12, failure).take() ?? assert.fail();
    assert.equal(failures, 13);
    assert.ok(pauseMs <= 8_000 && pauseMs >= 6_000);
    assert.deepEqual([after(12, success).isProbing, after(12, success).take()?.failures], [false, 0]);
  });

  it('hears for how long a receiver wants silence, and that it is gone', () => {
    assert.equal(after(0, { status: 429, error: '429', pauseMs: 60_000 }).take()?.pauseMs, 60_000);
    const gone = after(0, { status: 410, error: '410', gone: true });
    assert.match(gone.take()?.disabledReason ?? '', /410/);
    assert.equal(gone.goesOn, false);
  });

  it('has nothing to save until something happens', () => {
    const health = after(0, success);
    assert.notEqual(health.take(), undefined);
    assert.equal(health.take(), undefined);
  });
});
