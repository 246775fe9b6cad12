import { FilemillError } from '#domain/errors.ts';
import { onAbort } from '#platform/abort.ts';
import type { Admission } from './admission.ts';

export interface PaceLimits<T> {
  /** Longest silence, and the time over which the rate is measured; may change while a stream runs. */
  readonly idleMs: () => number;
  /** Bytes per second; 0 for any. */
  readonly minRate: () => number;
  /** Bytes of content that a message carries. */
  readonly bytesOf: (message: T) => number;
}

/** How often a silent stream is checked, as its limit may have become shorter. */
const lookMs = 1_000;

/**
 * Passes messages on while they come fast enough. Keepalive does not notice a stream that is idle or crawls, as its
 * connection is alive. Time that the reader takes between messages does not count.
 *
 * @throws FilemillError STREAM_IDLE
 */
export async function* withPaceLimit<T>(
  messages: AsyncIterable<T>,
  { idleMs, minRate, bytesOf }: PaceLimits<T>,
): AsyncGenerator<T, void> {
  const iterator = messages[Symbol.asyncIterator]();
  let waitedMs = 0;
  let bytes = 0;
  for (;;) {
    const askedAt = performance.now();
    const next = await settlesWithin(iterator.next(), idleMs);
    if (next.done) return;
    waitedMs += performance.now() - askedAt;
    bytes += bytesOf(next.value);
    if (waitedMs >= idleMs()) {
      if (bytes < (minRate() * waitedMs) / 1_000) throw tooSlow(bytes, waitedMs);
      waitedMs = bytes = 0;
    }
    yield next.value;
  }
}

/** Promise.race would leak: a promise that outlives many races keeps a reaction of each. */
async function settlesWithin<T>(next: Promise<T>, idleMs: () => number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const askedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const left = askedAt + idleMs() - performance.now();
    if (left > 0) timer = setTimeout(look, Math.min(left, lookMs));
    else reject(new FilemillError('STREAM_IDLE', `The stream sent nothing for ${idleMs()} ms.`));
  };
  look();
  next.then(resolve, reject);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

function tooSlow(bytes: number, ms: number): FilemillError {
  return new FilemillError('STREAM_IDLE', `The stream sent ${bytes} bytes in ${Math.round(ms)} ms: too little.`);
}

/** How slow a stream that carries one file may be. */
export interface FilePace {
  readonly admission: Pick<Admission, 'crowded'>;
  readonly streamIdleMs: number;
  /** Bytes per second, measured over `streamIdleMs`; 0 for any. */
  readonly streamMinRate: number;
}

/** Time for a client to begin once it has opened a stream: its streams share a connection, and its disk may be busy. */
const openingMs = 30_000;

/** Divides the idle limit while places are scarce. */
const hurry = 6;

/**
 * Limits the pace of a stream with one file, more strictly while places are scarce. @throws FilemillError STREAM_IDLE
 */
export function withFilePace<T>(
  { admission, streamIdleMs, streamMinRate }: FilePace,
  requests: AsyncIterable<T>,
  contentBytes: (message: T) => number,
): AsyncGenerator<T, void> {
  let messages = 0;
  const idleMs = () => {
    if (messages < 2) return Math.min(openingMs, streamIdleMs);
    return admission.crowded ? streamIdleMs / hurry : streamIdleMs;
  };
  const bytesOf = (message: T) => {
    messages += 1;
    return contentBytes(message);
  };
  return withPaceLimit(requests, { idleMs, minRate: () => streamMinRate, bytesOf });
}

/** Waits for what follows the first message, so that a client that only announces a file takes no place from others. */
export async function awaitContent<T>(messages: AsyncGenerator<T, void>): Promise<AsyncGenerator<T, void>> {
  const first = await messages.next();
  const all = async function* () {
    if (first.done) return;
    yield first.value;
    yield* messages;
  };
  return all();
}

/** Passes messages on until the signal is aborted, even while none comes. */
export async function* takeUntilAborted<T>(signal: AbortSignal, messages: AsyncIterable<T>): AsyncGenerator<T, void> {
  const iterator = messages[Symbol.asyncIterator]();
  let settle: ((end: IteratorReturnResult<undefined>) => void) | undefined;
  using _ = onAbort(signal, () => settle?.({ done: true, value: undefined }));
  while (!signal.aborted) {
    const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
      settle = resolve;
      iterator.next().then(resolve, reject);
    });
    if (next.done) return;
    yield next.value;
  }
}
