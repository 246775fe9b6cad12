import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestSize } from './request-size.ts';

/** Sends so many bytes through something that takes `limit` in one request; answers how many requests it took, and what was sent. */
function sendThrough(size: RequestSize, limit: number, total: number) {
  const counts = { taken: 0, refused: 0, sent: 0 };
  for (let offset = 0; offset < total; ) {
    const bytes = Math.min(size.bytes, total - offset);
    counts.sent += bytes;
    if (bytes > limit) {
      counts.refused += 1;
      if (!size.refused(bytes)) return { ...counts, gaveUp: true };
      continue;
    }
    counts.taken += 1;
    size.taken(bytes);
    offset += bytes;
  }
  return { ...counts, gaveUp: false };
}

describe('the size of requests', () => {
  const gigabyte = 1e9;
  it('grows to few of them where nothing limits it', () => {
    assert.deepEqual(sendThrough(new RequestSize(), Number.POSITIVE_INFINITY, gigabyte), {
      taken: 10,
      refused: 0,
      sent: gigabyte,
      gaveUp: false,
    });
  });

  const limits = {
    '100 MB': 1e8,
    '20 MB': 2e7,
    '1 MiB': 2 ** 20,
    '512 KiB': 2 ** 19,
    '100 kB': 1e5,
    '32 KiB': 2 ** 15,
  };
  for (const [name, limit] of Object.entries(limits))
    it(`stays below ${name} once it met that limit, and sends little in vain`, () => {
      const size = new RequestSize();
      const { refused, sent, gaveUp } = sendThrough(size, limit, 5e8);
      assert.equal(gaveUp, false);
      assert.ok(refused <= 7, `${refused} were refused`);
      assert.ok(sent <= 5e8 + Math.max(2 * limit, 2e6), `${sent - 5e8} bytes in vain`);
      assert.ok(size.mayTake(limit / 4) && !size.mayTake(2 * limit));
    });

  it('gives up where nothing passes', () => {
    assert.equal(sendThrough(new RequestSize(), 1_000, 1e6).gaveUp, true);
  });
});
