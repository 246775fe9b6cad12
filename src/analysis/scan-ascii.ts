import { byteClass, high, newline, pairClass, space } from './byte-classes.ts';

/** What has been counted so far, in the text read as UTF-8. */
export interface Tally {
  words: number;
  lines: number;
  /** 1 at the start and after white space, otherwise 0: a word starts at the next word character. */
  afterSpace: number;
  /** The `byteClass` bits of everything seen: tells whether NULs or odd controls were there. */
  seen: number;
}

export function newTally(): Tally {
  return { words: 0, lines: 0, afterSpace: 1, seen: 0 };
}

/** A chunk and the same bytes four at a time, from the first aligned one. Little-endian, as every platform of Node. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly quads: Uint32Array;
  /** Index in `bytes` of the first quad. */
  readonly quadsAt: number;
}

export function toChunk(bytes: Uint8Array): Chunk {
  const quadsAt = Math.min(-bytes.byteOffset & 3, bytes.length);
  const quads = new Uint32Array(bytes.buffer, bytes.byteOffset + quadsAt, (bytes.length - quadsAt) >>> 2);
  return { bytes, quads, quadsAt };
}

/**
 * Counts from `from` up to the first byte that is not ASCII, or the end, and returns its index. Nearly
 * all time of the text analyser is spent here: the one place for a faster (SIMD) implementation.
 */
export function scanAscii(chunk: Chunk, from: number, tally: Tally): number {
  const { quads, quadsAt } = chunk;
  const toAligned = from < quadsAt ? quadsAt - from : (quadsAt - from) & 3;
  const aligned = Math.min(from + toAligned, chunk.bytes.length);
  const stopped = scanBytes(chunk.bytes, from, aligned, tally);
  if (stopped < aligned) return stopped;

  let { words, lines, afterSpace, seen } = tally;
  let index = (aligned - quadsAt) >>> 2;
  for (; index < quads.length; index++) {
    const quad = quads[index] as number;
    if ((quad & 0x80808080) !== 0) break;
    const first = pairClass[quad & 0xffff] as number;
    const second = pairClass[quad >>> 16] as number;
    words += ((first >> afterSpace) & 1) + ((second >> ((first >> 2) & 1)) & 1);
    lines += ((first >> 3) & 3) + ((second >> 3) & 3);
    afterSpace = (second >> 2) & 1;
    seen |= first | second;
  }
  tally.words = words;
  tally.lines = lines;
  tally.afterSpace = afterSpace;
  tally.seen |= seen;
  return scanBytes(chunk.bytes, Math.max(aligned, quadsAt + index * 4), chunk.bytes.length, tally);
}

/** The same, one byte at a time and up to `to`. */
function scanBytes(bytes: Uint8Array, from: number, to: number, tally: Tally): number {
  for (let index = from; index < to; index++) {
    const kind = byteClass[bytes[index] as number] as number;
    if (kind === high) return index;
    countByte(kind, tally);
  }
  return to;
}

/** Counts one byte by its class; bytes from 0x80 up are word characters. */
export function countByte(kind: number, tally: Tally): void {
  tally.words += tally.afterSpace & ~kind;
  tally.lines += (kind & newline) >> 1;
  tally.afterSpace = kind & space;
  tally.seen |= kind;
}
