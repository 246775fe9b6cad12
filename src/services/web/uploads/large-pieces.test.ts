import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { inLargePieces } from './large-pieces.ts';

const KiB = 1024;

describe('Large pieces', () => {
  it('hold what came in small ones, in its order', async () => {
    const all = randomBytes(700 * KiB);
    const pieces = await Array.fromAsync(inLargePieces(cut(all, 64 * KiB)));
    assert.deepEqual(
      pieces.map(({ length }) => length / KiB),
      [256, 256, 188],
    );
    assert(Buffer.concat(pieces).equals(all));
  });

  it('are as large as what comes alone', async () => {
    const alone = randomBytes(300 * KiB);
    assert.deepEqual(await Array.fromAsync(inLargePieces(cut(alone, 300 * KiB))), [alone]);
    assert.deepEqual(await Array.fromAsync(inLargePieces(cut(Buffer.alloc(0), 1))), []);
  });

  it('do not wait for a sender that pauses', async () => {
    const socket = new PassThrough();
    const pieces = inLargePieces(socket);
    for (const word of ['one', 'two', 'three']) {
      socket.write(word);
      assert.equal(String((await pieces.next()).value), word);
    }
    socket.end();
    assert.equal((await pieces.next()).done, true);
  });

  it('do not wait for a sender that never pauses and sends little', async () => {
    let sent = 0;
    const dripping = async function* () {
      for (; ; sent++) {
        yield Buffer.of(sent);
        await delay(1);
      }
    };
    for await (const piece of inLargePieces(dripping())) {
      assert.ok(piece.length > 0 && sent < 10_000, `${sent} bytes were sent before any was passed on`);
      break;
    }
  });

  it('bring what arrived before a failure', async () => {
    const kept: string[] = [];
    const reading = (async () => {
      for await (const piece of inLargePieces(failing())) kept.push(String(piece));
    })();
    await assert.rejects(reading, /cut off/);
    assert.deepEqual(kept, ['some bytes']);
  });

  it('end when their reader stops, whatever the sender does', async () => {
    const socket = new PassThrough();
    socket.write('first');
    for await (const piece of inLargePieces(socket.iterator({ destroyOnReturn: false }))) {
      assert.equal(String(piece), 'first');
      break;
    }
    assert.equal(socket.destroyed, false);
    socket.destroy(new Error('the sender is gone'));
    socket.on('error', () => undefined);
    await delay(10);
  });
});

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function* failing(): AsyncGenerator<Buffer> {
  yield Buffer.from('some ');
  yield Buffer.from('bytes');
  throw new Error('cut off');
}
