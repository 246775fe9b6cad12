import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { withPaceLimit } from './stream-pace.ts';

const bytesOf = (message: string) => message.length;

describe('The pace limit', () => {
  it('passes on what comes in time', async () => {
    const limits = { idleMs: () => 5_000, minRate: () => 1, bytesOf };
    assert.deepEqual(await Array.fromAsync(withPaceLimit(every(1, 'a', 20), limits)), Array(20).fill('a'));
  });

  it('ends a stream that falls silent', async () => {
    const silent = withPaceLimit(every(60_000, 'a', 2), { idleMs: () => 50, minRate: () => 0, bytesOf });
    await assert.rejects(Array.fromAsync(silent), { reason: 'STREAM_IDLE' });
  });

  it('ends a stream that crawls, though it is never silent for long', async () => {
    const crawl = withPaceLimit(every(20, 'a', Number.POSITIVE_INFINITY), {
      idleMs: () => 500,
      minRate: () => 1_000,
      bytesOf,
    });
    await assert.rejects(Array.fromAsync(crawl), { reason: 'STREAM_IDLE', message: /too little/ });
  });

  it('bears any rate when none is asked for, and a short rest after much', async () => {
    const crawl = withPaceLimit(every(20, 'a', 10), { idleMs: () => 5_000, minRate: () => 0, bytesOf });
    assert.equal((await Array.fromAsync(crawl)).length, 10);
    const rested = withPaceLimit(every(20, 'a'.repeat(10_000), 10), {
      idleMs: () => 500,
      minRate: () => 1_000,
      bytesOf,
    });
    assert.equal((await Array.fromAsync(rested)).length, 10);
  });

  it('does not count the time that the reader takes', async () => {
    const messages = withPaceLimit(every(0, 'a', 5), { idleMs: () => 400, minRate: () => 1_000, bytesOf });
    for await (const _ of messages) await setTimeout(120);
  });

  it('heeds a limit that becomes shorter while it waits', async () => {
    let idleMs = 60_000;
    const silent = withPaceLimit(every(60_000, 'a', 1), { idleMs: () => idleMs, minRate: () => 0, bytesOf });
    const ended = assert.rejects(Array.fromAsync(silent), { reason: 'STREAM_IDLE' });
    await setTimeout(10);
    idleMs = 100;
    await ended;
  });
});

async function* every(ms: number, message: string, count: number): AsyncGenerator<string> {
  for (let n = 0; n < count; n += 1) {
    await setTimeout(ms, undefined, { ref: false });
    yield message;
  }
}
