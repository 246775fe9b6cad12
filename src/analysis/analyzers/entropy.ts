import { isUtf8 } from 'node:buffer';
import type { StreamAnalyzer, StreamAnalyzerRun } from '#domain/analysis.ts';

/**
 * The entropy of the bytes of a binary file: how many bits an ideal code needs for a byte, by its frequency alone. Compressed
 * and encrypted files are near 8.
 *
 * Source: C. E. Shannon, "A Mathematical Theory of Communication" (1948), 6.
 */
export const entropy: StreamAnalyzer = {
  name: 'entropy',
  version: '1',
  needs: ['text'],
  finds: 'bytes',
  start: ({ head, whole }) => (looksLikeText(head, whole) ? textRun : countingRun()),
};

const nothing = {};
/** Text costs nothing: the answer is of use for binary files alone. */
const textRun: StreamAnalyzerRun = { update() {}, finish: () => nothing };

/** Whether the head is UTF-8 without NUL. Other text is counted, for nothing. */
function looksLikeText(head: Uint8Array, whole: boolean): boolean {
  return !head.includes(0) && isUtf8(whole ? head : head.subarray(0, lastStart(head)));
}

/** Where the last character starts, which the end of the head may cut in two. */
function lastStart(head: Uint8Array): number {
  let at = head.length - 1;
  while (at > head.length - 4 && ((head[at] as number) & 0xc0) === 0x80) at -= 1;
  return at;
}

function countingRun(): StreamAnalyzerRun {
  const counts = new Float64Array(256);
  for (const table of tables) table.fill(0);
  let bytes = 0;
  return {
    update(chunk) {
      bytes += chunk.length;
      count(chunk);
      for (const table of tables) addTo(counts, table);
    },
    finish: () => nothing,
    find: ({ charset }) => (charset === null && bytes > 0 ? { entropy: entropyOf(counts, bytes) } : undefined),
  };
}

/** One for every fourth byte: an increment need not wait for that of an equal byte before. Reused: a thread has one file. */
const tables = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)] as const;

function count(chunk: Uint8Array): void {
  const [first, second, third, fourth] = tables;
  const start = (4 - (chunk.byteOffset & 3)) & 3;
  const words = new Uint32Array(chunk.buffer, chunk.byteOffset + start, Math.max(0, chunk.length - start) >>> 2);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as number;
    increase(first, word & 0xff);
    increase(second, (word >>> 8) & 0xff);
    increase(third, (word >>> 16) & 0xff);
    increase(fourth, word >>> 24);
  }
  for (let at = 0; at < Math.min(start, chunk.length); at++) increase(first, chunk[at] as number);
  for (let at = start + words.length * 4; at < chunk.length; at++) increase(first, chunk[at] as number);
}

function increase(table: Uint32Array, byte: number): void {
  table[byte] = (table[byte] as number) + 1;
}

/** Moves the counts of a chunk, which fit 32 bits as those of a file may not. */
function addTo(counts: Float64Array, table: Uint32Array): void {
  for (let byte = 0; byte < 256; byte++) counts[byte] = (counts[byte] as number) + (table[byte] as number);
  table.fill(0);
}

/** To four decimals. */
function entropyOf(counts: Float64Array, bytes: number): number {
  let bits = 0;
  for (const number of counts) if (number > 0) bits -= (number / bytes) * Math.log2(number / bytes);
  return Math.round(bits * 10_000) / 10_000;
}
