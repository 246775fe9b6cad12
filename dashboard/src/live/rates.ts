import { signal } from '@preact/signals';
import type { StatsJson } from '#contract/schemas.ts';

export interface RateSample {
  /** In milliseconds of the page's clock. */
  readonly at: number;
  /** In files per second. */
  readonly in: number;
  readonly out: number;
}

/** The last two minutes, oldest first. */
export const rates = signal<readonly RateSample[]>([]);

const keptSamples = 120;
/** After a longer gap (a pause, a sleeping laptop) an average would be meaningless. */
const longestStepMs = 10_000;

let before: { readonly at: number; readonly made: number; readonly ended: number } | undefined;

/**
 * Statistics are totals, so rates are their differences: of all files, and of those that ended. A deletion or a retry
 * makes a difference smaller, but never negative.
 */
export function takeSample({ statuses }: Pick<StatsJson, 'statuses'>, at: number): void {
  const filesIn = (status: string) => statuses[status]?.files ?? 0;
  const made = Object.values(statuses).reduce((sum, { files }) => sum + files, 0);
  const now = { at, made, ended: filesIn('COMPLETED') + filesIn('FAILED') };
  const step = before === undefined ? Number.POSITIVE_INFINITY : at - before.at;
  if (step < 250) return;
  if (before !== undefined && step <= longestStepMs) {
    const perSecond = (difference: number) => (Math.max(0, difference) * 1_000) / step;
    const sample = { at, in: perSecond(now.made - before.made), out: perSecond(now.ended - before.ended) };
    rates.value = [...rates.value.slice(1 - keptSamples), sample];
  }
  before = now;
}

/** Averages the last `samples`, because single seconds fluctuate. */
export function recentRate(kind: 'in' | 'out', samples = 5): number {
  const last = rates.value.slice(-samples);
  return last.length === 0 ? 0 : last.reduce((sum, sample) => sum + sample[kind], 0) / last.length;
}
