import assert from 'node:assert/strict';
import { it } from 'node:test';
import { freeChunk } from './reception.ts';

it('frees the memory of a chunk that has it for itself', () => {
  const message = new ArrayBuffer(100_009);
  freeChunk(Buffer.from(message, 9));
  assert.equal(message.detached, true);
});

it('leaves a chunk that shares its memory with others alone', () => {
  const pool = new ArrayBuffer(8_192);
  const [one, other] = [Buffer.from(pool, 0, 4_000).fill('a'), Buffer.from(pool, 4_000, 4_000).fill('b')];
  freeChunk(one);
  assert.equal(other.toString(), 'b'.repeat(4_000));
});
