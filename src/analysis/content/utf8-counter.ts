import { countNuls } from './controls.ts';
import { cut, high, malformed, nul, oddControl, Tally } from './kernel.ts';
import { notText, type TextCounter, type TextCounts } from './text-counts.ts';

const mark = Buffer.from('\ufeff');

/** Text may have one stray NUL in so many bytes, as logs have after a crash, but no more than `maxNuls`. */
const bytesPerNul = 128;
const maxNuls = 65_536;

/**
 * Counts UTF-8 in one pass, whose chunks may be cut anywhere. If the bytes turn out not to be UTF-8, the counts are those of
 * 8-bit text: both readings are counted from the first byte on.
 */
export class Utf8Counter implements TextCounter {
  readonly #tally: Tally;
  /** Bytes of the byte order mark that are still to be skipped. */
  #skip: number;
  #nuls = 0;

  /** @param head the beginning of the text */
  constructor(head: Uint8Array) {
    const marked = mark.equals(head.subarray(0, mark.length));
    this.#tally = new Tally(marked);
    this.#skip = marked ? mark.length : 0;
  }

  update(chunk: Uint8Array): void {
    const bytes = this.#skip === 0 ? chunk : chunk.subarray(this.#skip);
    this.#skip -= chunk.length - bytes.length;
    if (bytes.length === 0 || this.#nuls > maxNuls) return;
    this.#tally.add(bytes);
    if (this.#tally.hasSeen(nul)) this.#nuls += countNuls(bytes);
  }

  finish(): TextCounts {
    const { words, byteWords, lines, bytes, characters } = this.#tally.counts;
    const isUtf8 = !this.#tally.hasSeen(malformed | cut);
    if (this.#nuls > Math.min(maxNuls, bytes / bytesPerNul)) return notText;
    // Stray NULs, other control characters and bytes of no known charset: text has at most one of the three.
    if (isUtf8 ? this.#nuls > 0 && this.#tally.hasSeen(oddControl) : this.#tally.hasSeen(nul | oddControl))
      return notText;
    if (isUtf8) return { charset: this.#tally.hasSeen(high) ? 'utf-8' : 'us-ascii', words, lines, characters };
    return { charset: 'unknown-8bit', words: byteWords, lines, characters: bytes };
  }
}
