import type { Reader } from './content.ts';
import { FilemillError } from './errors.ts';

export interface UploadOptions {
  /** Of a path or a File, its own unless set; `unnamed` otherwise. */
  readonly name?: string;
  /** The path relative to an uploaded folder, such as `2026/report.pdf`. */
  readonly path?: string;
  /** The type that you declare; the analysis detects its own. */
  readonly type?: string;
  /** The batch that the file belongs to. */
  readonly batch?: string;
  /** Free workers take interactive files first, and bulk ones last. By default that of the batch, or normal. */
  readonly priority?: 'interactive' | 'normal' | 'bulk';
  /**
   * Uploads with the same key are one file, whoever repeats them, and when. Each call has a random one unless set, so
   * that what this client sends again never makes a second file.
   */
  readonly idempotencyKey?: string;
  /**
   * Content of this size and more is sent in pieces of it, each of which the server acknowledges: what a broken connection
   * costs at most, and what is kept in memory. 8 MiB unless set.
   */
  readonly pieceBytes?: number;
  /** Called with the number of bytes that the server has. */
  readonly onProgress?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

export interface Uploaded {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

/** What an upload says of itself. */
export interface Described {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly batch: string;
  readonly priority: string;
  readonly idempotencyKey: string;
  readonly pieceBytes: number;
  readonly onProgress: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** @throws FilemillError NAME_INVALID for names that no URL can carry */
export function describe({ name: ownName, type: ownType }: Reader, options: UploadOptions): Described {
  const { name = ownName ?? 'unnamed', path = '', type = ownType ?? '', pieceBytes = 8 * 2 ** 20, signal } = options;
  const { batch = '', priority = '' } = options;
  const { idempotencyKey = crypto.randomUUID(), onProgress = () => undefined } = options;
  if (['', '.', '..'].includes(name))
    throw new FilemillError(
      'NAME_INVALID',
      `${JSON.stringify(name)} is no name of a file.`,
      'Give the file another name.',
    );
  return { name, path, type, batch, priority, idempotencyKey, pieceBytes, onProgress, signal };
}
