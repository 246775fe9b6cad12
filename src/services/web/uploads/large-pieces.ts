import { memoryForMessage } from '#platform/rpc/bytes-message.ts';
import { chunkBytes } from '#sdk/upload-content.ts';

/** What has arrived is passed on after this time at the latest, in milliseconds. */
const gatherMs = 5;

/**
 * Joins what comes from a socket, at most 64 KiB at a time, to pieces as large as the chunks of Filemill's own clients: a message costs
 * about the same, however small it is. What arrived before a failure comes before the failure.
 */
export async function* inLargePieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = content[Symbol.asyncIterator]();
  const piece = new Piece();
  let next = source.next();
  try {
    for (;;) {
      const arrived = await Promise.race([next, piece.due]);
      if (arrived === 'due') yield piece.take();
      else if (arrived.done) break;
      else {
        next = source.next();
        piece.add(arrived.value);
        if (piece.bytes >= chunkBytes) yield piece.take();
      }
    }
    if (piece.bytes > 0) yield piece.take();
  } catch (error) {
    if (piece.bytes > 0) yield piece.take();
    throw error;
  } finally {
    piece.take();
    // A reader that stops early does not wait for bytes that are still to come.
    next.catch(() => undefined);
    void source.return?.().catch(() => undefined);
  }
}

/** The bytes that wait to be passed on. */
class Piece {
  #parts: Uint8Array[] = [];
  #due = Promise.withResolvers<'due'>();
  #timer: NodeJS.Timeout | undefined;
  bytes = 0;

  /** Resolves when the first of the bytes has waited for long enough. */
  get due(): Promise<'due'> {
    return this.#due.promise;
  }

  add(part: Uint8Array): void {
    this.#timer ??= setTimeout(this.#due.resolve, gatherMs, 'due');
    this.#parts.push(part);
    this.bytes += part.length;
  }

  /** Empties it. */
  take(): Uint8Array {
    const [parts, bytes] = [this.#parts, this.bytes];
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = Promise.withResolvers();
    this.#parts = [];
    this.bytes = 0;
    return joined(parts, bytes);
  }
}

function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0) return first;
  const memory = memoryForMessage(bytes);
  let filled = 0;
  for (const part of parts) {
    memory.set(part, filled);
    filled += part.length;
  }
  return memory;
}
