import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getDefaultHighWaterMark } from 'node:stream';
import { FilemillError } from '#domain/errors.ts';

/** In each chunk but the last. Smaller ones are slower; of larger ones a server has to hold two for each call. */
export const chunkBytes = 256 * 1024;

/** A call queues at most this many unsent messages, and the reader holds one more: beyond that a buffer is free again. */
const ringSize = getDefaultHighWaterMark(true) + 2;

/** Bytes that can be read from the start as often as an upload has to be tried again. */
export class UploadContent implements AsyncDisposable {
  /** Bytes, when it was opened. */
  readonly size: number;
  readonly #handle: FileHandle;
  readonly #stat: BigIntStats;

  private constructor(handle: FileHandle, stat: BigIntStats) {
    this.#handle = handle;
    this.#stat = stat;
    this.size = Number(stat.size);
  }

  /** @throws FilemillError FILE_UNREADABLE, NOT_A_FILE */
  static async open(path: string | Buffer): Promise<UploadContent> {
    // Without O_NONBLOCK a pipe that took the file's place would block the opening for ever.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: Error) => {
      throw unreadable(cause);
    });
    const stat = await handle.stat({ bigint: true });
    if (stat.isFile()) return new UploadContent(handle, stat);
    await handle.close();
    throw new FilemillError('NOT_A_FILE');
  }

  /** Keeps what a pipe delivers in a temporary file without a name, so that it can be sent more than once. */
  static async fromPipe(input: AsyncIterable<Uint8Array>): Promise<UploadContent> {
    const folder = await mkdtemp(join(tmpdir(), 'filemill-'));
    const handle = await open(join(folder, 'stdin'), 'wx+');
    await rm(folder, { recursive: true });
    try {
      for await (const chunk of input) await handle.appendFile(chunk);
      return new UploadContent(handle, await handle.stat({ bigint: true }));
    } catch (cause) {
      await handle.close();
      throw unreadable(cause as Error);
    }
  }

  /**
   * All bytes from this one on. Buffers are used again: a chunk is valid while it and at most 16 later
   * ones (the queue of one call) wait to be written.
   *
   * @throws FilemillError SIZE_MISMATCH, CHECKSUM_MISMATCH when the file changed since it was opened
   */
  async *chunks(from = 0): AsyncGenerator<Uint8Array> {
    const ring: Buffer[] = [];
    const bufferBytes = Math.min(chunkBytes, this.size + 1);
    let position = from;
    for (let turn = 0; ; turn = (turn + 1) % ringSize) {
      ring[turn] ??= Buffer.allocUnsafe(bufferBytes);
      const buffer = ring[turn] as Buffer;
      const { bytesRead } = await this.#read(buffer, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      if (position > this.size) break;
      yield buffer.subarray(0, bytesRead);
    }
    if (position !== this.size)
      throw new FilemillError('SIZE_MISMATCH', 'The file changed its size while it was sent.');
    const { mtimeNs } = await this.#handle.stat({ bigint: true });
    if (mtimeNs !== this.#stat.mtimeNs)
      throw new FilemillError('CHECKSUM_MISMATCH', 'The file was written to while it was sent.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  async #read(buffer: Buffer, position: number) {
    return await this.#handle.read(buffer, 0, buffer.length, position).catch((cause: Error) => {
      throw unreadable(cause);
    });
  }
}

/**
 * A small file at once. Blocks: for thousands of them the way through a pool of threads costs more than the reading.
 *
 * @returns undefined for a file of more than `maxBytes`
 * @throws FilemillError FILE_UNREADABLE, NOT_A_FILE, SIZE_MISMATCH
 */
export function readWhole(path: string | Buffer, maxBytes: number): Buffer | undefined {
  const descriptor = orUnreadable(() => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const stat = orUnreadable(() => fstatSync(descriptor));
    if (!stat.isFile()) throw new FilemillError('NOT_A_FILE');
    if (stat.size > maxBytes) return undefined;
    const bytes = Buffer.allocUnsafe(stat.size + 1);
    let filled = 0;
    for (let read = -1; read !== 0 && filled < bytes.length; filled += read)
      read = orUnreadable(() => readSync(descriptor, bytes, filled, bytes.length - filled, null));
    if (filled !== stat.size) throw new FilemillError('SIZE_MISMATCH', 'The file changed its size while it was read.');
    return bytes.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}

function orUnreadable<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw unreadable(cause as Error);
  }
}

function unreadable(cause: Error): FilemillError {
  return new FilemillError('FILE_UNREADABLE', `The file cannot be read: ${cause.message}.`, { cause });
}
