import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageProgress } from './message-progress.ts';

describe('The progress of messages', () => {
  it('counts whole messages, however the data is cut', () => {
    const data = Buffer.concat([framed(0), framed(3), framed(0), framed(300)]);
    for (const size of [1, 2, 3, 5, 7, data.length]) {
      const progress = new MessageProgress();
      for (let at = 0; at < data.length; at += size) progress.take(data.subarray(at, at + size));
      assert.deepEqual([progress.complete, progress.held], [4, 0], `pieces of ${size}`);
    }
  });

  it('holds what came of a message, and more for small fragments than they carry', () => {
    const [whole, fragments] = [new MessageProgress(), new MessageProgress()];
    const half = framed(2_000).subarray(0, 1_005);
    whole.take(half);
    for (const byte of half) fragments.take(Buffer.of(byte));
    assert.ok(whole.held >= 1_000 && whole.held < 2_000);
    assert.ok(fragments.held > 100 * whole.held);
  });
});

function framed(length: number): Buffer {
  const message = Buffer.alloc(5 + length, 1);
  message.writeUInt32BE(length, 1);
  return message;
}
