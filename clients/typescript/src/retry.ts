import { FilemillError } from './errors.ts';

const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** A server that asks for more is not waited for. */
const longestHeardMs = 120_000;

/**
 * Whether the same request may succeed later. A refusal by Filemill does so if it names a wait; of proxies and of what
 * else may answer in its place, statuses tell.
 */
export function isWorthRetrying(error: unknown): error is FilemillError {
  if (!(error instanceof FilemillError)) return false;
  const { code, status, retryAfterMs } = error;
  if (status === undefined) return code === 'UNREACHABLE' || code === 'TIMED_OUT';
  if (retryAfterMs !== undefined) return retryAfterMs <= longestHeardMs;
  return code === 'UNEXPECTED_ANSWER' && [408, 429, 500, 502, 503, 504].includes(status);
}

/** A proxy refuses bodies of this size, while Filemill takes the same bytes in smaller pieces. */
export function isLimitOfProxy(error: unknown): boolean {
  return error instanceof FilemillError && error.status === 413 && error.code === 'UNEXPECTED_ANSWER';
}

/** Exponential, and random within its upper half, so that clients that failed together do not return together. */
export function pauseMs(failures: number, { retryAfterMs = 0 }: FilemillError): number {
  const longest = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
  return Math.max(retryAfterMs, longest * (0.5 + Math.random() / 2));
}

/** @throws the reason of the signal */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = deferred();
  const timer = setTimeout(resolve, ms);
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function deferred() {
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { promise, resolve, reject };
}
