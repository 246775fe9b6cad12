import { FilemillError } from '#domain/errors.ts';
import { backoffMs, sleep } from '#platform/abort.ts';
import { fromServiceError, isRetryable } from '#platform/rpc/errors.ts';

export interface RetryOptions {
  readonly signal: AbortSignal;
  /** How long to go on trying, in milliseconds from the first failure. */
  readonly forMs: number;
  /** Told of each failure that will be tried again. */
  readonly onRetry?: (error: FilemillError) => void;
}

/**
 * Calls until it succeeds, meets an error that trying again cannot mend, or has tried for `forMs`.
 * Waits with full jitter, and at least as long as the server asks for.
 *
 * @throws FilemillError the last failure
 */
export async function withRetry<T>(call: () => Promise<T>, { signal, forMs, onRetry }: RetryOptions): Promise<T> {
  let giveUpAt: number | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (cause) {
      const error = fromServiceError(cause);
      giveUpAt ??= performance.now() + forMs;
      if (signal.aborted || !isRetryable(error) || performance.now() > giveUpAt) throw error;
      onRetry?.(error);
      await sleep(delayMs(error, attempt), signal);
      if (signal.aborted) throw new FilemillError('UNAVAILABLE', 'Stopped before an answer came.', { cause: error });
    }
  }
}

function delayMs(error: FilemillError, attempt: number): number {
  const asked = error.reason === 'UNAVAILABLE' || error.reason === 'SHUTTING_DOWN' ? 0 : (error.retryAfterMs ?? 0);
  return asked * (0.5 + Math.random() / 2) + backoffMs(attempt);
}
