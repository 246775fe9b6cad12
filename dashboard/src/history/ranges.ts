import type { HistoryStep } from '#domain/history.ts';

export interface Range {
  readonly name: string;
  /** What the charts show, in words. */
  readonly told: string;
  readonly ms: number;
  /** Where it ends, in milliseconds of the server's clock; now, unless given. */
  readonly until?: number;
  /** `second`: what the page saw itself. */
  readonly step: HistoryStep | 'second';
}

const day = 86_400_000;

export const ranges = [
  { name: '2 min', told: 'the last two minutes, by the second', ms: 120_000, step: 'second' },
  { name: '1 h', told: 'the last hour, by minute', ms: 3_600_000, step: 'minute' },
  { name: '24 h', told: 'the last 24 hours, by hour', ms: day, step: 'hour' },
  { name: '7 d', told: 'the last seven days, by hour', ms: 7 * day, step: 'hour' },
  { name: '90 d', told: 'the last 90 days, by day', ms: 90 * day, step: 'day' },
  { name: '1 y', told: 'the last year, by day', ms: 365 * day, step: 'day' },
] as const satisfies readonly Range[];

/** The longest times of which each step is shown, and for how long ago it is kept. */
const steps = [
  { step: 'minute', told: 'by minute', mostMs: 6 * 3_600_000, keptMs: 7 * day },
  { step: 'hour', told: 'by hour', mostMs: 14 * day, keptMs: 366 * day },
  { step: 'day', told: 'by day', mostMs: Number.POSITIVE_INFINITY, keptMs: Number.POSITIVE_INFINITY },
] as const;

/** A part of what is shown, in steps as fine as are kept of it. */
export function zoomedRange([from, until]: readonly [number, number], now: number, step: Range['step']): Range {
  const ms = until - from;
  if (step === 'second') return { name: '', told: 'a part of the last two minutes, by the second', ms, until, step };
  const { step: finest, told } = steps.find(({ mostMs, keptMs }) => ms <= mostMs && now - from < keptMs) ?? steps[2];
  return { name: '', told: `the part that was chosen, ${told}`, ms, until, step: finest };
}
