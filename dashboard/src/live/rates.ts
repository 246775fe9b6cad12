import { signal } from '@preact/signals';
import type { StatsJson } from '#contract/schemas.ts';

/** What happened within a short time, or a long one. */
export interface Figures {
  /** When the time begins, in milliseconds of the server's clock. */
  readonly at: number;
  /** Files per second; null, as all of these, for a time in which Filemill did not run. */
  readonly in: number | null;
  readonly out: number | null;
  /** Files that became FAILED. */
  readonly failed: number | null;
  /** Files that are not finished. */
  readonly backlog: number | null;
  /** How long files wait for a worker, in seconds; null if none was completed. */
  readonly wait: StatsJson['wait_seconds'];
}

export interface RateSample extends Figures {
  readonly in: number;
  readonly out: number;
  readonly failed: number;
  readonly backlog: number;
  /** The length of the sample in seconds. */
  readonly seconds: number;
}

/** The last two minutes, oldest first. */
export const rates = signal<readonly RateSample[]>([]);

const keptSamples = 120;
/** After a longer gap (a pause, a sleeping laptop) an average would be meaningless. */
const longestStepMs = 10_000;

interface Totals {
  readonly at: number;
  readonly made: number;
  readonly ended: number;
  readonly failed: number;
}

let before: Totals | undefined;

/**
 * Statistics are totals, so rates are their differences: of all files, and of those that ended. A deletion or a retry
 * makes a difference smaller, but never negative.
 *
 * @param at in milliseconds of a clock that never steps
 * @param serverTime in milliseconds of the server's clock
 */
export function takeSample(
  { statuses, wait_seconds: wait }: Pick<StatsJson, 'statuses' | 'wait_seconds'>,
  at: number,
  serverTime: number,
): void {
  const filesIn = (status: string) => statuses[status]?.files ?? 0;
  const made = Object.values(statuses).reduce((sum, { files }) => sum + files, 0);
  const failed = filesIn('FAILED');
  const now = { at, made, ended: filesIn('COMPLETED') + failed, failed };
  const step = before === undefined ? Number.POSITIVE_INFINITY : at - before.at;
  if (step < 250) return;
  if (before !== undefined && step <= longestStepMs) {
    const perSecond = (difference: number) => (Math.max(0, difference) * 1_000) / step;
    const out = perSecond(now.ended - before.ended);
    const sample = {
      at: serverTime,
      seconds: step / 1_000,
      in: perSecond(now.made - before.made),
      out,
      failed: Math.max(0, now.failed - before.failed),
      backlog: filesIn('PENDING') + filesIn('PROCESSING'),
      wait: out > 0 ? wait : null,
    };
    rates.value = [...rates.value.slice(1 - keptSamples), sample];
  }
  before = now;
}

/** Averages the last `samples`, because single seconds fluctuate. */
export function recentRate(kind: 'in' | 'out', samples = 5): number {
  const last = rates.value.slice(-samples);
  return last.length === 0 ? 0 : last.reduce((sum, sample) => sum + sample[kind], 0) / last.length;
}
