import { Refusal } from '../api.ts';

/** Reasons that pass by themselves. */
const passing: readonly string[] = [
  'UNREACHABLE',
  'UNAVAILABLE',
  'PROXY_UNAVAILABLE',
  'SHUTTING_DOWN',
  'OVERLOADED',
  'STREAM_IDLE',
  'UPLOAD_LOCKED',
  'OFFSET_MISMATCH',
  // The user signs in again.
  'UNAUTHENTICATED',
];
const firstDelayMs = 500;
const longestDelayMs = 15_000;

/**
 * Retries until it succeeds, is refused for good, or is told to stop, since a laptop may sleep for a night. Progress
 * beyond the farthest byte shows that the server is back, and resets the backoff.
 *
 * @param onHindrance called for each failure that will be retried
 * @throws Refusal, or the reason of `signal`
 */
export async function withPatience<T>(
  attempt: (onProgress: () => void) => Promise<T>,
  signal: AbortSignal,
  onHindrance: (problem: Refusal) => void,
): Promise<T> {
  let delayMs = firstDelayMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt(() => {
        delayMs = firstDelayMs;
      });
    } catch (error) {
      if (!passes(error) || signal.aborted) throw error;
      onHindrance(error);
      await pause(delayMs * (0.5 + Math.random() / 2), signal);
      delayMs = Math.min(2 * delayMs, longestDelayMs);
    }
  }
}

/** Whether a failure passes by itself, so that the same is worth another attempt. */
export function passes(error: unknown): error is Refusal {
  return error instanceof Refusal && passing.includes(error.reason);
}

/** Waits; ends early when the browser is online again. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  window.addEventListener('online', () => resolve(), { once: true, signal });
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
