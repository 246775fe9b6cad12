import { memoryForMessage } from '#platform/rpc/bytes-message.ts';

/** As large as the chunks of Filemill's own clients: a message costs about the same, however small it is. */
const pieceBytes = 256 * 1024;

/** What has arrived is passed on after this time at the latest, in milliseconds. */
const gatherMs = 5;

/** Joins what comes from a socket, at most 64 KiB at a time. What arrived before a failure comes before the failure. */
export async function* inLargePieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = content[Symbol.asyncIterator]();
  let parts: Uint8Array[] = [];
  let next = source.next();
  try {
    for (;;) {
      const arrived = await (parts.length === 0 ? next : unlessLate(next));
      if (arrived === 'late' || arrived.done) {
        if (parts.length > 0) yield joined(parts);
        parts = [];
        if (arrived !== 'late') return;
        continue;
      }
      next = source.next();
      parts.push(arrived.value);
      if (lengthOf(parts) < pieceBytes) continue;
      yield joined(parts);
      parts = [];
    }
  } catch (error) {
    if (parts.length > 0) yield joined(parts);
    throw error;
  } finally {
    // Who stops early does not wait for bytes that are still to come.
    next.catch(() => undefined);
    void source.return?.().catch(() => undefined);
  }
}

async function unlessLate<T>(outcome: Promise<T>): Promise<T | 'late'> {
  const { promise, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(resolve, gatherMs, 'late');
  try {
    return await Promise.race([outcome, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0) return first;
  const memory = memoryForMessage(lengthOf(parts));
  let filled = 0;
  for (const part of parts) {
    memory.set(part, filled);
    filled += part.length;
  }
  return memory;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
