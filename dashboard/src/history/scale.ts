/** Round values from 0 to at least `top`, a few of them. @param least the smallest step */
export function valueTicks(top: number, least = 0): readonly number[] {
  if (top <= 0) return [0, 1];
  const rough = Math.max(top / 3, least);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? top;
  return Array.from({ length: Math.ceil(top / step - 1e-9) + 1 }, (_, n) => n * step);
}

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const timeSteps = [
  ...[15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 60, 90].map((n) => n * day),
];

/**
 * Round times within a span, at most so many.
 *
 * @param offsetMs how far the clock on the wall is ahead of UTC
 */
export function timeTicks([begin, end]: readonly [number, number], most: number, offsetMs: number): readonly number[] {
  const step = timeSteps.find((one) => (end - begin) / one <= most) ?? end - begin;
  const ahead = step < day ? offsetMs : 0;
  const first = Math.ceil((begin + ahead) / step) * step - ahead;
  return Array.from({ length: Math.max(0, Math.floor((end - first) / step) + 1) }, (_, n) => first + n * step);
}

/** Which of the ascending times is nearest; -1 if there is none. */
export function nearest(times: readonly number[], at: number): number {
  return times.reduce((best, time, n) => {
    return best === -1 || Math.abs(time - at) < Math.abs((times[best] ?? 0) - at) ? n : best;
  }, -1);
}
