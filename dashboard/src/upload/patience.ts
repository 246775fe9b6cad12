import { Refusal } from '../api.ts';

/** What passes by itself, sooner or later. */
const passing: readonly string[] = [
  'UNREACHABLE',
  'UNAVAILABLE',
  'PROXY_UNAVAILABLE',
  'SHUTTING_DOWN',
  'OVERLOADED',
  'STREAM_IDLE',
  'UPLOAD_LOCKED',
  'OFFSET_MISMATCH',
];
const firstDelayMs = 500;
const longestDelayMs = 15_000;

/**
 * Tries until it succeeds, is refused for good, or is told to stop: a laptop may sleep for a night. What was sent
 * further than ever before shows that the server is there again, and the waits are short again.
 *
 * @param onHindrance told of each failure that will be tried again
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
      if (!(error instanceof Refusal && passing.includes(error.reason)) || signal.aborted) throw error;
      onHindrance(error);
      await pause(delayMs * (0.5 + Math.random() / 2), signal);
      delayMs = Math.min(2 * delayMs, longestDelayMs);
    }
  }
}

/** Shorter when the browser says that there is a network again. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  window.addEventListener('online', () => resolve(), { once: true, signal });
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
