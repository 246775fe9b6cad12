/** Attempts that a file gets when it is created, and again with each retry. */
export const defaultMaxAttempts = 3;

/** A claim lasts this long unless it is renewed. */
export const defaultLeaseMs = 15_000;

const baseDelayMs = 1_000;
const maxDelayMs = 60_000;

/**
 * The wait before the next attempt: full jitter over an exponential bound, so that files that failed
 * together do not come back together.
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param attempt the attempt that has just failed, from 1
 */
export function retryDelayMs(attempt: number, random: () => number = Math.random): number {
  const bound = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(attempt, 10));
  return Math.round(bound * random());
}

/** How long one analysis may take: 30 s + size ÷ 20 MB/s. */
export function analysisDeadlineMs(size: number): number {
  return 30_000 + Math.ceil(size / 20_000);
}
