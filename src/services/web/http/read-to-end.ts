import type { Readable } from 'node:stream';
import { FilemillError } from '#domain/errors.ts';

/**
 * What a request brings. Leaves the stream open when nobody reads on: its connection has yet to carry the answer.
 *
 * @throws FilemillError REQUEST_INVALID when it breaks off before its end
 */
export async function* readToEnd(content: Readable): AsyncGenerator<Uint8Array> {
  const chunks = content.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    for (let next = await nextOf(chunks); !next.done; next = await nextOf(chunks)) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

async function nextOf<T>(chunks: AsyncIterator<T>): Promise<IteratorResult<T>> {
  return await chunks.next().catch((cause: unknown) => {
    throw new FilemillError('REQUEST_INVALID', 'The content broke off before its end.', { cause });
  });
}
