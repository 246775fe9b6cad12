import type { Readable } from 'node:stream';
import { FilemillError } from '#domain/errors.ts';
import { onAbort } from '#platform/abort.ts';
import { chunkBytes, FileContent, type UploadContent, unreadable } from './upload-content.ts';
import { maxWholeBytes } from './upload-stream.ts';

/**
 * Opens the content of a file. One whose size is not what it says is read like a pipe, as curl does.
 *
 * @throws FilemillError FILE_UNREADABLE, NOT_A_FILE
 */
export async function openContent(path: string | Buffer, signal: AbortSignal): Promise<UploadContent> {
  await using opening = new AsyncDisposableStack();
  const file = opening.use(await FileContent.open(path));
  const content = (await file.hasTrueSize()) ? file : await openPipe(file.stream(), signal);
  opening.move();
  return content;
}

/** Opens a pipe. The size of a small one is known when this resolves. */
export async function openPipe(input: Readable, signal: AbortSignal): Promise<UploadContent> {
  return await StreamContent.open(input, signal, maxWholeBytes + 1);
}

/** Gathered before a call begins, because each call costs the server a sync. */
const callBytes = 8 * 1024 * 1024;

/** Back-pressure: one call's worth may be read ahead while another is being sent. */
const heldBytes = 2 * callBytes;

/** A slow source is sent at least this often, so that the server does not expire the upload. */
const trickleMs = 60_000;

/**
 * Content that can be read only once: a pipe, or a file that misstates its size. Bytes stay in memory until the server
 * has stored them, so that a broken call can resume without a copy on this machine's disk.
 */
export class StreamContent implements UploadContent {
  readonly isRepeatable = false;
  readonly #input: Readable;
  /** Blocks of `chunkBytes`, the last one partly filled. */
  readonly #blocks: Buffer[] = [];
  /** The offset of the first byte that is held. */
  #start = 0;
  #end = 0;
  #ended = false;
  #failure: FilemillError | undefined;
  #changed = Promise.withResolvers<void>();

  /**
   * Resolves once `enough` bytes have been read, or the end, when the size is known.
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

  /** Yields all that has been read when this is called, and releases what precedes `from`. */
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

  /** Waits until the condition holds, which is told after `trickleMs` that it is late, or the input ends. */
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
