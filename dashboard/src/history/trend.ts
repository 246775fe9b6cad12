import type { Json } from '#contract/schemas.ts';

export interface Trend {
  /** Files of each step, oldest first. */
  readonly values: readonly number[];
  readonly total: number;
  /** When the first and the last step begin in which there were any. */
  readonly first: number | undefined;
  readonly last: number | undefined;
}

/** How often files failed for a reason. */
export function trendOf(code: string, points: Json<'History'>['points']): Trend {
  const values = points.map(({ errors }) => errors.find((one) => one.code === code)?.files ?? 0);
  const times = points.filter((_, n) => values[n] !== 0).map(({ at }) => Date.parse(at));
  return { values, total: values.reduce((sum, value) => sum + value, 0), first: times.at(0), last: times.at(-1) };
}
