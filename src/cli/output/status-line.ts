import { cutText, displayWidth } from './display-width.ts';
import { formatBytes, formatDuration } from './printable.ts';

/** A part of a status line. */
export interface StatusPart {
  readonly text: string;
  /** Parts of the highest rank are left out first; rank 0 is always there. */
  readonly rank: number;
}

const gap = 2;
/** A name that is cut shorter than this says nothing. */
const leastName = 12;

/**
 * Joins the parts that have room, and folds the name of a file in the middle into what is left.
 *
 * @param width columns of the terminal
 */
export function statusLine(parts: readonly StatusPart[], name: string, width: number): string {
  const shown = new Set<StatusPart>();
  let left = width + gap;
  for (const part of parts.filter(({ text }) => text !== '').toSorted((one, other) => one.rank - other.rank)) {
    const taken = displayWidth(part.text) + gap;
    if (taken > left && part.rank > 0) break;
    shown.add(part);
    left -= taken;
  }
  const words = parts.filter((part) => shown.has(part)).map(({ text }) => text);
  if (name !== '' && left - gap >= Math.min(leastName, displayWidth(name))) words.push(cutText(name, left - gap));
  return cutText(words.join(' '.repeat(gap)), width);
}

const barWidth = 12;

/** How far a transfer has come: bar, percent, bytes, rate and time left. */
export function transferParts({ done, from = 0, total, seconds, isMeasured }: Transfer): readonly StatusPart[] {
  const rate = seconds > 0 ? (done - from) / seconds : 0;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.round(share * barWidth);
  const left = isMeasured && total > done && rate > 0 ? `${formatDuration(((total - done) / rate) * 1_000)} left` : '';
  return [
    { text: '█'.repeat(filled) + '░'.repeat(barWidth - filled), rank: 3 },
    { text: isMeasured && total > 0 ? `${Math.floor(share * 100)} %` : '', rank: 1 },
    { text: `${formatBytes(done)} of ${formatBytes(Math.max(total, done))}`, rank: 4 },
    { text: `${formatBytes(rate)}/s`, rank: 5 },
    { text: left, rank: 2 },
  ];
}

interface Transfer {
  /** Bytes. */
  readonly done: number;
  /** What was there before the time began. */
  readonly from?: number;
  readonly total: number;
  readonly seconds: number;
  /** Whether the total is known to the end. */
  readonly isMeasured: boolean;
}
