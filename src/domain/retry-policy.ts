/** Attempts that a file gets when it is created, and again with each retry. */
export const defaultMaxAttempts = 3;

/**
 * Leases of a file that may run out without being counted as attempts, until it is FAILED. So a file is handed
 * over at most this often plus `max_attempts` times, whatever silences its workers.
 */
export const maxSilences = 10;

/** A claim lasts this long unless it is renewed. */
export const defaultLeaseMs = 15_000;

/**
 * Bounds of the wait after attempt 1, 2, 3 …, the last one for all that follow; the wait itself is a
 * random part of its bound ("full jitter"), so that files that failed together do not come back together.
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export const retryDelayBoundsMs: readonly number[] = [2_000, 4_000, 8_000, 16_000, 32_000, 60_000];

/**
 * How many times longer the lease of a file is that runs alone: when it runs out the attempt is charged, and a machine
 * that is merely slow must not look like a crash.
 */
export const loneLeaseFactor = 4;

/** How long one analysis may take: 30 s + size ÷ 20 MB/s. */
export function analysisDeadlineMs(size: number, baseMs = 30_000): number {
  return baseMs + Math.ceil(size / 20_000);
}
