import type { Admission } from './admission.ts';
import { withPaceLimit } from './pace-limit.ts';

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
