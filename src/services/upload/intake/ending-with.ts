import { onAbort } from '#platform/abort.ts';
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
