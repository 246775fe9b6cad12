import type { Json } from '#contract/schemas.ts';
import type { Figures, RateSample } from '../live/rates.ts';

export type HistoryPoint = Json<'History'>['points'][number];

/** The services write their figures every ten seconds: this long after its end, a step is complete. */
export const settleMs = 15_000;

/** A shorter part of a step says nothing about its rate. */
const leastSeconds = 60;

/** @param readAt when the history was read, by the server's clock */
export function figuresOf(points: readonly HistoryPoint[], stepMs: number, readAt: number): Figures[] {
  return points
    .map((point) => ({ ...point, at: Date.parse(point.at) }))
    .filter(({ at, seconds }) => at + stepMs <= readAt || seconds >= leastSeconds)
    .map(({ at, seconds, accepted, completed, failed, backlog, wait_seconds: wait }) =>
      backlog === null && accepted + completed + failed === 0
        ? { at, in: null, out: null, failed: null, backlog, wait }
        : {
            at,
            in: accepted / seconds,
            out: (completed + failed) / seconds,
            failed,
            backlog: backlog && backlog.pending + backlog.processing,
            wait,
          },
    );
}

/**
 * Continues the minutes of the history with what the page saw live, so that there is no seam: a minute that was read before it was
 * complete is as the page saw it, if it did.
 *
 * @param readAt when the history was read, by the server's clock
 */
export function continueLive(
  history: readonly Figures[],
  samples: readonly RateSample[],
  stepMs: number,
  readAt: number,
): readonly Figures[] {
  const settled = history.filter(({ at }) => at + stepMs + settleMs <= readAt);
  const last = settled.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  const live = [...Map.groupBy(samples, ({ at }) => Math.floor(at / stepMs) * stepMs)]
    .filter(([at]) => at > last)
    .map(([at, some]) => sumOf(at, some));
  const seen = new Set(live.map(({ at }) => at));
  const rest = history.filter(({ at }) => at > last && !seen.has(at));
  return [...settled, ...rest, ...live].sort((one, other) => one.at - other.at);
}

function sumOf(at: number, samples: readonly RateSample[]): Figures {
  const sum = (value: (sample: RateSample) => number) => samples.reduce((total, sample) => total + value(sample), 0);
  const seconds = sum((sample) => sample.seconds);
  return {
    at,
    in: sum((sample) => sample.in * sample.seconds) / seconds,
    out: sum((sample) => sample.out * sample.seconds) / seconds,
    failed: sum((sample) => sample.failed),
    backlog: Math.max(...samples.map(({ backlog }) => backlog)),
    wait: samples.findLast(({ wait }) => wait !== null)?.wait ?? null,
  };
}
