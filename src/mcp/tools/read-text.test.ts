import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partOf } from './read-text.ts';

/** Characters of one to four bytes. */
const text = 'aé€😀z';
const bytes = Buffer.from(text);

async function* inChunksOf(size: number) {
  for (let at = 0; at < bytes.length; at += size) yield { chunk: bytes.subarray(at, at + size) };
}

describe('a part of a text', () => {
  for (let size = 1; size <= bytes.length; size++)
    for (let most = 4; most <= bytes.length + 1; most++)
      it(`is of whole characters, and leads to the next (chunks of ${size} bytes, parts of ${most})`, async () => {
        let read = '';
        let offset = 0;
        for (let isEnd = false; !isEnd; ) {
          const part = await partOf(inChunksOf(size), offset, most);
          assert.equal(part.start, offset);
          read += new TextDecoder('utf-8', { fatal: true }).decode(part.bytes);
          offset = part.start + part.bytes.length;
          isEnd = part.isEnd;
        }
        assert.equal(read, text);
      });

  it('begins at the next character when the offset is within one', async () => {
    const { start, bytes: read } = await partOf(inChunksOf(3), 2, 100);
    assert.deepEqual([start, read.toString()], [3, '€😀z']);
  });

  it('is empty behind the end', async () => {
    assert.deepEqual(await partOf(inChunksOf(3), 1_000, 100), {
      bytes: Buffer.alloc(0),
      start: bytes.length,
      isEnd: true,
    });
  });
});
