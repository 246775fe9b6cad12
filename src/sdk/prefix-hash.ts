import { createHash } from 'node:crypto';

/** The SHA-256 of a file of which parts may be read more than once: each byte is hashed once. */
export class PrefixHash {
  readonly #hash = createHash('sha256');
  #hashed = 0;

  /** Bytes hashed so far, from the start of the file. */
  get hashed(): number {
    return this.#hashed;
  }

  /**
   * @param position the offset of the chunk in the file
   * @throws RangeError when a byte before it is missing
   */
  update(position: number, chunk: Uint8Array): void {
    const known = this.#hashed - position;
    if (known < 0) throw new RangeError(`Bytes ${this.#hashed} to ${position} were never hashed.`);
    if (known >= chunk.length) return;
    this.#hash.update(known === 0 ? chunk : chunk.subarray(known));
    this.#hashed = position + chunk.length;
  }

  /** The digest of all bytes so far, as 64 hex digits; hashing may continue. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
