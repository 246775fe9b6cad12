import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { pino } from 'pino';
import type { StoreFault } from '#domain/store-fault.ts';
import { StoreHealth } from './store-health.ts';

const fault = (code: string): StoreFault => ({ code, kind: 'passing', reconnect: false, sentence: `Says ${code}.` });
const cause = new Error('its own words');

describe('The health of a store', () => {
  let lines: string[];
  let health: StoreHealth;
  let now = 0;
  beforeEach(() => {
    lines = [];
    health = new StoreHealth('redis', pino({}, { write: (line: string) => lines.push(JSON.parse(line).msg) }));
    mock.method(performance, 'now', () => now);
  });
  const code = () => health.report.fault?.code;

  it('tells of each fault of an outage once, and once of its end', () => {
    for (let n = 0; n < 3; n++) {
      health.failed('ring', fault('A'), cause);
      health.failed('read', fault('B'), cause);
    }
    assert.equal(code(), 'B');
    health.worked('ring');
    assert.equal(code(), undefined);
    assert.deepEqual(lines, ['Says A', 'Says B', 'Redis serves again']);
  });

  it('is not well because something else works', () => {
    health.failed('write', fault('READ_ONLY'), cause);
    health.worked('read');
    assert.equal(code(), 'READ_ONLY');
  });

  it('does not tell anew of what comes back at once, and does when it comes back later', () => {
    for (let n = 0; n < 5; n++) {
      health.failed('ring', fault('A'), cause);
      health.worked('ring');
    }
    assert.deepEqual(lines, ['Says A', 'Redis serves again']);
    now += 10_001;
    health.failed('ring', fault('A'), cause);
    assert.deepEqual(lines, ['Says A', 'Redis serves again', 'Says A']);
  });

  it('forgets what nobody has met for a while', () => {
    health.failed('rare', fault('A'), cause);
    now += 30_001;
    assert.equal(code(), undefined);
    health.failed('rare', fault('A'), cause);
    assert.deepEqual(lines, ['Says A', 'Redis serves again', 'Says A']);
  });
});
