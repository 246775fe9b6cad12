import type { Hash } from 'node:crypto';

/** The hash of the first `size` bytes of a partial blob, valid as long as no other process has written to it. */
interface RunningHash {
  readonly hash: Hash;
  readonly size: number;
  /** Differs once another process has written, such as the time of the last write. */
  readonly state: string;
}

const maxHashes = 4_096;

/**
 * The hashes of the partial blobs that this process has received so far, so that complete ones need not be read again. A blob
 * that was evicted, or continued by another process, is read.
 */
export class RunningHashes {
  readonly #hashes = new Map<string, RunningHash>();

  /** Takes the hash out, to continue it; undefined if the blob has changed since. */
  take(id: string, { size, state }: Omit<RunningHash, 'hash'>): Hash | undefined {
    const known = this.#hashes.get(id);
    this.#hashes.delete(id);
    return known?.size === size && known.state === state ? known.hash : undefined;
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
