import { FilemillError } from '#domain/errors.ts';

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
