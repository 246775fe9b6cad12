/** The number of attempts of a new file, and how many a retry adds. */
export const defaultMaxAttempts = 3;

/**
 * How many expired leases of a file are not counted as attempts before it is FAILED. A file is therefore claimed at most
 * `maxSilences + max_attempts` times, whatever stops its workers.
 */
export const maxSilences = 10;

/** The duration of a claim that is not renewed. */
export const defaultLeaseMs = 15_000;

/**
 * The longest wait after attempt 1, 2, 3 …; the last bound applies to all that follow. The wait is a random part of its
 * bound (full jitter), so that files that failed at the same time are not retried at the same time.
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export const retryDelayBoundsMs: readonly number[] = [2_000, 4_000, 8_000, 16_000, 32_000, 60_000];

/**
 * A file that runs alone gets a lease this many times longer: its expiry counts as an attempt, and a slow machine must not
 * look like a crash.
 */
export const loneLeaseFactor = 4;

/** The longest run of one analysis: 30 s + size ÷ 20 MB/s. */
export function analysisDeadlineMs(size: number, baseMs = 30_000): number {
  return baseMs + Math.ceil(size / 20_000);
}
