import type { Readable } from 'node:stream';
import { FilemillError } from '#domain/errors.ts';

/**
 * Reads a request body. Leaves the stream open when the reader stops, as its connection has yet to carry the answer.
 *
 * @throws FilemillError REQUEST_INVALID when the body breaks off
 */
export async function* readToEnd(content: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* content.iterator({ destroyOnReturn: false });
  } catch (cause) {
    throw new FilemillError('REQUEST_INVALID', 'The content broke off before its end.', { cause });
  }
}
