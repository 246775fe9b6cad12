import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { getDefaultHighWaterMark, type Readable } from 'node:stream';
import { FilemillError } from '#domain/errors.ts';
import { memoryForMessage } from '#platform/rpc/bytes-message.ts';

/** The size of each chunk but the last: smaller ones are slower, and the server holds two for each call. */
export const chunkBytes = 256 * 1024;

/** The transport keeps the first MiB of a call in memory, to send it again over another connection. */
export const chunksKept = 1024 ** 2 / chunkBytes;

/** Older buffers are free again: a call queues at most so many unsent messages, the transport keeps its own and the next, and the reader holds one. */
const ringSize = getDefaultHighWaterMark(true) + chunksKept + 3;

/** The bytes of one file. */
export interface UploadContent extends AsyncDisposable {
  /** In bytes; undefined for a pipe until its end has been read. */
  readonly size: number | undefined;
  /** Whether another process could send the same bytes. */
  readonly isRepeatable: boolean;
  /**
   * Resolves when there is something to send from this offset on. The server has stored everything before it.
   *
   * @throws FilemillError FILE_UNREADABLE, PIPE_NOT_REPEATABLE; UNAVAILABLE when the signal was aborted
   */
  ready(from: number, signal: AbortSignal): Promise<void>;
  /** Yields the bytes from this offset on: to the end, or as far as a pipe has been read. */
  chunks(from?: number): AsyncGenerator<Uint8Array>;
}

/** A regular file, which each retry of an upload can read again. */
export class FileContent implements UploadContent {
  /** In bytes, when it was opened. */
  readonly size: number;
  readonly isRepeatable = true;
  readonly #handle: FileHandle;
  readonly #stat: BigIntStats;

  /** @throws FilemillError FILE_UNREADABLE, NOT_A_FILE */
  static async open(path: string | Buffer): Promise<FileContent> {
    // Without O_NONBLOCK, opening a pipe that took the file's place would block for ever.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: Error) => {
      throw unreadable(cause);
    });
    const stat = await handle.stat({ bigint: true });
    if (stat.isFile()) return new FileContent(handle, stat);
    await handle.close();
    throw new FilemillError('NOT_A_FILE');
  }

  private constructor(handle: FileHandle, stat: BigIntStats) {
    this.#handle = handle;
    this.#stat = stat;
    this.size = Number(stat.size);
  }

  /** Whether the file has as many bytes as it says. Files in /proc always say 0, those in sysfs 4096. */
  async hasTrueSize(): Promise<boolean> {
    const byte = Buffer.alloc(1);
    const { bytesRead: beyond } = await this.#read(byte, this.size);
    const { bytesRead: last } = this.size === 0 ? { bytesRead: 1 } : await this.#read(byte, this.size - 1);
    return (last === 1 && beyond === 0) || (await this.#hasChanged());
  }

  /** Reads the file once to its end, and closes it. */
  stream(): Readable {
    return this.#handle.createReadStream();
  }

  async ready(): Promise<void> {}

  /**
   * Yields all bytes from this offset on. Buffers are reused: a chunk is valid while it and later ones (the queue of
   * one call, and what the transport keeps) wait to be sent.
   *
   * @throws FilemillError SIZE_MISMATCH, CHECKSUM_MISMATCH when the file changed since it was opened
   */
  async *chunks(from = 0): AsyncGenerator<Uint8Array> {
    const ring: Buffer[] = [];
    const bufferBytes = Math.min(chunkBytes, this.size + 1);
    let position = from;
    for (let turn = 0; ; turn = (turn + 1) % ringSize) {
      ring[turn] ??= memoryForMessage(bufferBytes);
      const buffer = ring[turn] as Buffer;
      const { bytesRead } = await this.#read(buffer, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      if (position > this.size) break;
      yield buffer.subarray(0, bytesRead);
    }
    if (position !== this.size)
      throw new FilemillError('SIZE_MISMATCH', 'The file changed its size while it was sent.');
    if (await this.#hasChanged())
      throw new FilemillError('CHECKSUM_MISMATCH', 'The file was written to while it was sent.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  async #hasChanged(): Promise<boolean> {
    return hasChanged(this.#stat, await this.#handle.stat({ bigint: true }));
  }

  async #read(buffer: Buffer, position: number) {
    return await this.#handle.read(buffer, 0, buffer.length, position).catch((cause: Error) => {
      throw unreadable(cause);
    });
  }
}

/** Content that is in memory. */
export function memoryContent(bytes: Uint8Array): UploadContent {
  return {
    size: bytes.length,
    isRepeatable: true,
    ready: async () => undefined,
    async *chunks(from = 0) {
      for (let at = from; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/**
 * Reads a small file synchronously: for thousands of them the thread pool costs more than the reading.
 *
 * @returns undefined for a file larger than `maxBytes`, or larger than it says
 * @throws FilemillError FILE_UNREADABLE, NOT_A_FILE, SIZE_MISMATCH
 */
export function readWhole(path: string | Buffer, maxBytes: number): Buffer | undefined {
  const descriptor = orUnreadable(() => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const stat = orUnreadable(() => fstatSync(descriptor, { bigint: true }));
    if (!stat.isFile()) throw new FilemillError('NOT_A_FILE');
    if (stat.size > maxBytes) return undefined;
    const size = Number(stat.size);
    const bytes = Buffer.allocUnsafe(size + 1);
    let filled = 0;
    for (let read = -1; read !== 0 && filled < bytes.length; filled += read)
      read = orUnreadable(() => readSync(descriptor, bytes, filled, bytes.length - filled, null));
    if (filled !== size && hasChanged(stat, fstatSync(descriptor, { bigint: true })))
      throw new FilemillError('SIZE_MISMATCH', 'The file changed its size while it was read.');
    return filled > size ? undefined : bytes.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}

function hasChanged(before: BigIntStats, after: BigIntStats): boolean {
  return before.size !== after.size || before.mtimeNs !== after.mtimeNs;
}

function orUnreadable<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw unreadable(cause as Error);
  }
}

export function unreadable(cause: Error): FilemillError {
  return new FilemillError('FILE_UNREADABLE', `The file cannot be read: ${cause.message}.`, { cause });
}
