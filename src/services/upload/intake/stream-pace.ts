import { FilemillError } from '#domain/errors.ts';
import { onAbort } from '#platform/abort.ts';
import type { Admission } from './admission.ts';

export interface PaceLimits<T> {
  /** Longest silence, in milliseconds, and the time over which the rate is taken; asked anew all the time. */
  readonly idleMs: () => number;
  /** Bytes a second; 0 for any. Asked whenever the rate is taken. */
  readonly minRate: () => number;
  /** Content that a message carries, in bytes. */
  readonly bytesOf: (message: T) => number;
}

/** How often a silent stream is looked at: its limit may have become shorter. */
const lookMs = 1_000;

/**
 * The messages of a stream, as long as they come at a bearable pace. Keepalive does not see a stream that is
 * idle or crawls: its connection is well. Time that the reader takes between messages does not count.
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

/** Not Promise.race: a promise that outlives many races would remember each of them. */
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

/** How long a stream that carries a file may be silent, or crawl. */
export interface Patience {
  readonly admission: Pick<Admission, 'crowded'>;
  readonly streamIdleMs: number;
  /** Bytes a second, over `streamIdleMs`; 0 for any. */
  readonly streamMinRate: number;
}

/**
 * Time for a client to begin, once it has opened a stream. A good one may need long: its streams share a connection,
 * its disk is busy.
 */
const openingMs = 30_000;

/** How many times shorter the patience with slow streams is when there is hardly room for others. */
const hurry = 6;

/**
 * The messages of a stream that carries one file.
 *
 * @param contentBytes bytes of the file that a message carries
 * @throws FilemillError STREAM_IDLE
 */
export function paced<T>(
  { admission, streamIdleMs, streamMinRate }: Patience,
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

/** Waits until something follows the first message, so that who only announces a file takes no place from others. */
export async function untilContent<T>(messages: AsyncGenerator<T, void>): Promise<AsyncGenerator<T, void>> {
  const first = await messages.next();
  const all = async function* () {
    if (first.done) return;
    yield first.value;
    yield* messages;
  };
  return all();
}

/** The messages of a stream; ends as soon as the signal is aborted, also while nothing comes. */
export async function* endingWith<T>(signal: AbortSignal, messages: AsyncIterable<T>): AsyncGenerator<T, void> {
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
