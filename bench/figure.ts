/** One row of the table. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** The value of the baseline in the same unit; null for an absolute target. */
  readonly baseline: number | null;
  readonly ratio: number | null;
  /** The target of the ratio, or of the value if there is no baseline. */
  readonly target: number;
  /** Whether the target is the least or the most. */
  readonly bound: 'least' | 'most';
  readonly met: boolean;
}

interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
}

/** The factor by which the target is missed; at most 1 if it is met. */
export function missedBy({ met, value, ratio, target }: Figure): number {
  const reached = ratio ?? value;
  return met ? 1 : Math.max(reached / target, target / reached);
}

/** `value ÷ baseline` must reach the target. */
export function atLeast(measured: Measured, baseline: number, target: number): Figure {
  const ratio = measured.value / baseline;
  return { ...measured, baseline, ratio, target, bound: 'least', met: ratio >= target };
}

/** `value ÷ baseline` must not pass the target. */
export function atMost(measured: Measured, baseline: number, target: number): Figure {
  const ratio = measured.value / baseline;
  return { ...measured, baseline, ratio, target, bound: 'most', met: ratio <= target };
}

/** The value itself must not pass the target. */
export function within(measured: Measured, target: number): Figure {
  return { ...measured, baseline: null, ratio: null, target, bound: 'most', met: measured.value <= target };
}

/** The value itself must reach the target. */
export function reaching(measured: Measured, target: number): Figure {
  return { ...measured, baseline: null, ratio: null, target, bound: 'least', met: measured.value >= target };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
