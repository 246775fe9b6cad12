import { FilemillError } from '#domain/errors.ts';
import { Semaphore } from '#platform/semaphore.ts';

/** Bytes of all staged blobs in memory: parts that are being filled or sent. */
const stagedBytes = 256 * 1024 * 1024;
/** How long an upload waits for memory that other uploads use. */
const waitMs = 10_000;
/** As many as one blob has on their way. */
const maxSpare = 3;

/**
 * The memory of all parts. That of parts that were sent is used again while blobs are coming: the system takes longer to
 * find fresh memory than a part takes to be copied into it, and the collector notices late that it is not used.
 */
export class PartMemory {
  readonly #room = new Semaphore(stagedBytes);
  readonly #spare: Buffer[] = [];

  /** @throws FilemillError OVERLOADED when the bytes of other uploads go on using the memory */
  async take(bytes: number): Promise<Disposable> {
    const taken = this.#room.tryTake(bytes);
    if (taken !== undefined) return taken;
    const signal = AbortSignal.timeout(waitMs);
    try {
      return await this.#room.take(signal, bytes);
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new FilemillError('OVERLOADED', 'Too many bytes wait for the object store.', { cause });
    }
  }

  /** The memory of an earlier part, with the room for all of it; undefined if there is none, or if room becomes scarce. */
  takeSpare(): { readonly part: Buffer; readonly room: Disposable } | undefined {
    const part = this.#spare.at(-1);
    if (part === undefined || this.#room.taken + part.length > stagedBytes / 2) return undefined;
    const room = this.#room.tryTake(part.length);
    if (room === undefined) return undefined;
    this.#spare.pop();
    return { part, room };
  }

  /** Gives room back, and perhaps the memory of a part that nobody uses any more. */
  free(held: Disposable[], part?: Buffer): void {
    for (const each of held.splice(0)) each[Symbol.dispose]();
    if (part !== undefined && this.#spare.length < maxSpare) this.#spare.push(part);
    // A process at rest keeps none.
    if (this.#room.taken === 0) this.#spare.length = 0;
  }
}
