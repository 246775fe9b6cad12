import { FilemillError } from '#domain/errors.ts';
import { sleep } from '#platform/abort.ts';
import { fromServiceError, isRetryable } from '#platform/rpc/errors.ts';
import { Outage } from './outage.ts';

export interface RetryOptions {
  /** Checked only after a failure. */
  readonly signal: AbortSignal;
  /** How long to retry, in milliseconds from the first failure of an outage. */
  readonly forMs: number;
  /** Called with each failure that will be retried; an error that it throws ends the retries. */
  readonly onRetry?: (error: FilemillError) => void;
}

/**
 * Calls until it succeeds, fails for good, or has retried for `forMs`. Waits with full jitter, and at least as long as the
 * server asks for.
 *
 * @param call reports progress of the server through `onProgress`: a later failure is a new outage with the whole of
 *   `forMs`. The duration of an attempt proves nothing, as it may have been silence.
 * @throws FilemillError the last failure
 */
export async function withRetry<T>(call: (onProgress: () => void) => Promise<T>, options: RetryOptions): Promise<T> {
  const outage = new Outage(options.forMs);
  for (;;) {
    try {
      return await call(() => outage.end());
    } catch (cause) {
      const { signal, onRetry } = options;
      const error = fromServiceError(cause);
      if (signal.aborted || !isRetryable(error) || outage.isTooLong()) throw error;
      onRetry?.(error);
      await sleep(askedMs(error) + outage.nextDelayMs(), signal);
      if (signal.aborted)
        throw new FilemillError('UNAVAILABLE', 'The call was stopped before an answer came.', { cause: error });
    }
  }
}

function askedMs({ reason, retryAfterMs = 0 }: FilemillError): number {
  const asked = reason === 'UNAVAILABLE' || reason === 'SHUTTING_DOWN' ? 0 : retryAfterMs;
  return asked * (0.5 + Math.random() / 2);
}
