import type { Hash } from 'node:crypto';

/** The hash of the first `size` bytes of a file, as long as nobody else has written to it. */
export interface RunningHash {
  readonly hash: Hash;
  readonly size: number;
  /** When the file was last written to, in milliseconds. */
  readonly mtimeMs: number;
}

const maxHashes = 4_096;

/**
 * How far this process has hashed the partial blobs that it took in, so that they need not be read again when they are
 * complete. What it does not know any more, or somebody else has gone on with, is read.
 */
export class RunningHashes {
  readonly #hashes = new Map<string, RunningHash>();

  /** For who goes on with it; undefined when the file is not what was hashed. */
  take(id: string, { size, mtimeMs }: Omit<RunningHash, 'hash'>): Hash | undefined {
    const known = this.#hashes.get(id);
    this.#hashes.delete(id);
    return known?.size === size && known.mtimeMs === mtimeMs ? known.hash : undefined;
  }

  put(id: string, hash: RunningHash): void {
    this.#hashes.set(id, hash);
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size > maxHashes && oldest !== undefined) this.#hashes.delete(oldest);
  }

  forget(id: string): void {
    this.#hashes.delete(id);
  }
}
