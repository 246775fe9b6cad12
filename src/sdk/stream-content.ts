import type { Readable } from 'node:stream';
import { FilemillError } from '#domain/errors.ts';
import { onAbort } from '#platform/abort.ts';
import { chunkBytes, type UploadContent, unreadable } from './upload-content.ts';

/** So much is gathered before a call is begun for it: each call ends with a sync at the server. */
const callBytes = 8 * 1024 * 1024;

/** As much again is read while a call is on its way: beyond that the source has to wait. */
const heldBytes = 2 * callBytes;

/** What a slow source brings is passed on at least so often, so that the server does not take the upload for given up. */
const trickleMs = 60_000;

/**
 * What is read once and in order: a pipe, or a file that does not say how large it is. Bytes are held in memory until
 * the server has them for good: what breaks off before goes on from there, and nothing is kept on this machine's disk.
 */
export class StreamContent implements UploadContent {
  readonly isRepeatable = false;
  readonly #input: Readable;
  /** Of `chunkBytes` each, the last one filled in part. */
  readonly #blocks: Buffer[] = [];
  /** The number of the first byte that is held. */
  #start = 0;
  #end = 0;
  #ended = false;
  #failure: FilemillError | undefined;
  #changed = Promise.withResolvers<void>();

  /**
   * Resolves once `enough` bytes are there, or fewer and the end: the size is known then.
   *
   * @throws FilemillError FILE_UNREADABLE, or UNAVAILABLE when the signal was aborted
   */
  static async open(input: Readable, signal: AbortSignal, enough: number): Promise<StreamContent> {
    await using opening = new AsyncDisposableStack();
    const content = opening.use(new StreamContent(input));
    await content.#until(() => content.#end >= enough, signal);
    opening.move();
    return content;
  }

  private constructor(input: Readable) {
    this.#input = input;
    void this.#read();
  }

  get size(): number | undefined {
    return this.#ended ? this.#end : undefined;
  }

  async ready(from: number, signal: AbortSignal): Promise<void> {
    this.#release(from);
    await this.#until((isLate) => this.#end >= (isLate ? from + 1 : from + callBytes), signal);
  }

  /** All that is there when this is called; what comes before `from` is let go of. */
  async *chunks(from = 0): AsyncGenerator<Uint8Array> {
    this.#release(from);
    const until = this.#end;
    for (let at = from; at < until; at += chunkBytes - (at % chunkBytes)) {
      const block = this.#blocks[Math.floor((at - this.#start) / chunkBytes)] as Buffer;
      yield block.subarray(at % chunkBytes, Math.min(chunkBytes, (at % chunkBytes) + until - at));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#input.destroy();
  }

  async #read(): Promise<void> {
    try {
      for await (const chunk of this.#input) {
        this.#keep(chunk);
        this.#tell();
        while (this.#end - this.#start >= heldBytes) await this.#changed.promise;
      }
      this.#ended = true;
    } catch (cause) {
      this.#failure = unreadable(cause as Error);
    }
    this.#tell();
  }

  #keep(chunk: Buffer): void {
    for (let copied = 0; copied < chunk.length; ) {
      const filled = this.#end % chunkBytes;
      if (filled === 0) this.#blocks.push(Buffer.allocUnsafe(chunkBytes));
      const bytes = chunk.copy(this.#blocks.at(-1) as Buffer, filled, copied);
      copied += bytes;
      this.#end += bytes;
    }
  }

  #release(until: number): void {
    if (until < this.#start) throw new FilemillError('PIPE_NOT_REPEATABLE');
    while (this.#start + chunkBytes <= until && this.#blocks.length > 0) {
      this.#blocks.shift();
      this.#start += chunkBytes;
    }
    this.#tell();
  }

  /** Until it holds, after `trickleMs` with other demands, or the input has ended. */
  async #until(holds: (isLate: boolean) => boolean, signal: AbortSignal): Promise<void> {
    let isLate = false;
    const look = () => this.#tell();
    const timer = setTimeout(() => {
      isLate = true;
      look();
    }, trickleMs);
    using _ = onAbort(signal, look);
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure;
        if (this.#ended || holds(isLate)) return;
        if (signal.aborted) throw new FilemillError('UNAVAILABLE', 'Stopped before all had been read.');
        await this.#changed.promise;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
