import type { Readable } from 'node:stream';
import { FilemillError } from '#domain/errors.ts';

/** Reads a body; leaves its stream open for the answer. @throws FilemillError REQUEST_INVALID when it breaks off */
export async function* readToEnd(content: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* content.iterator({ destroyOnReturn: false });
  } catch (cause) {
    throw new FilemillError('REQUEST_INVALID', 'The content broke off before its end.', { cause });
  }
}
