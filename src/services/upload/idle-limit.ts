import { FilemillError } from '#domain/errors.ts';

/**
 * The messages of a stream, as long as none takes longer than `idleMs` to come. Keepalive does not see
 * such a stream: its connection is well. Time that the reader takes between messages does not count.
 *
 * @throws FilemillError STREAM_IDLE
 */
export async function* withIdleLimit<T>(messages: AsyncIterable<T>, idleMs: number): AsyncGenerator<T, void> {
  const iterator = messages[Symbol.asyncIterator]();
  for (;;) {
    const next = await settlesWithin(iterator.next(), idleMs);
    if (next.done) return;
    yield next.value;
  }
}

/** Not Promise.race: a promise that outlives many races would remember each of them. */
async function settlesWithin<T>(next: Promise<T>, idleMs: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(
    () => reject(new FilemillError('STREAM_IDLE', `The stream sent nothing for ${idleMs} ms.`)),
    idleMs,
  );
  next.then(resolve, reject);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
