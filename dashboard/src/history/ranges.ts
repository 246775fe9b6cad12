import type { HistoryStep } from '#domain/history.ts';

export interface Range {
  readonly name: string;
  /** What the charts show, in words. */
  readonly told: string;
  readonly ms: number;
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
