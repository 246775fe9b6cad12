import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { never } from '#platform/abort.ts';
import { StreamContent } from './stream-content.ts';

const MiB = 1024 * 1024;

it('knows the size of what has ended', async () => {
  await using content = await StreamContent.open(
    Readable.from([Buffer.from('some '), Buffer.from('bytes')]),
    never,
    99,
  );
  assert.equal(content.size, 10);
  for (let turn = 0; turn < 2; turn++)
    assert.equal(Buffer.concat(await Array.fromAsync(content.chunks())).toString(), 'some bytes');
});

it('gives each byte again until the server has it, and holds a bounded number of them', async () => {
  const bytes = randomBytes(40 * MiB + 4_321);
  let read = 0;
  const source = async function* () {
    for (let at = 0; at < bytes.length; at += 99_999) {
      const piece = bytes.subarray(at, at + 99_999);
      read += piece.length;
      yield piece;
    }
  };
  await using content = await StreamContent.open(Readable.from(source()), never, 1);
  for (let from = 0; from !== content.size; ) {
    await content.ready(from, never);
    const first = Buffer.concat(await Array.fromAsync(content.chunks(from)));
    assert.ok(first.equals(bytes.subarray(from, from + first.length)), `other bytes from ${from} on`);
    // The server has kept a part of it.
    const kept = from + Math.ceil(first.length / 3);
    const again = Buffer.concat(await Array.fromAsync(content.chunks(kept)));
    assert.ok(again.equals(bytes.subarray(kept, kept + again.length)), `other bytes from ${kept} on`);
    assert.ok(read - from <= 17 * MiB, `${read - from} bytes are held`);
    from = kept + again.length;
  }
  assert.equal(content.size, bytes.length);
});

it('does not give what it let go of', async () => {
  await using content = await StreamContent.open(Readable.from([Buffer.alloc(MiB)]), never, 2 * MiB);
  await content.ready(MiB, never);
  await assert.rejects(content.ready(0, never), { reason: 'PIPE_NOT_REPEATABLE' });
});

it('passes on what a slow source has brought, after a while', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] });
  const source = new PassThrough();
  await using content = await StreamContent.open(source, never, 0);
  let isReady = false;
  const ready = content.ready(0, never).then(() => {
    isReady = true;
  });
  source.write('a little');
  while ((await Array.fromAsync(content.chunks())).length === 0) await setImmediate();
  assert.equal(isReady, false);
  test.mock.timers.tick(60_000);
  await ready;
});

it('stops waiting for its source when it is told to, and ends that', async () => {
  const source = new PassThrough();
  const stop = new AbortController();
  const opening = StreamContent.open(source, stop.signal, 1);
  stop.abort();
  await assert.rejects(opening, { reason: 'UNAVAILABLE' });
  assert.ok(source.destroyed);
});

it('says why its source cannot be read', async () => {
  const source = new PassThrough();
  const opening = StreamContent.open(source, never, 1);
  source.destroy(new Error('EIO: i/o error'));
  await assert.rejects(opening, { reason: 'FILE_UNREADABLE', message: /EIO/ });
});
