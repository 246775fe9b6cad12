import { createHash } from 'node:crypto';

/** The SHA-256 of a file that is read from somewhere in its middle again and again: each byte is hashed once. */
export class PrefixHash {
  readonly #hash = createHash('sha256');
  #hashed = 0;

  /** Bytes of the file, from its start. */
  get hashed(): number {
    return this.#hashed;
  }

  /**
   * @param position of the chunk in the file
   * @throws RangeError when a byte before it is missing
   */
  update(position: number, chunk: Uint8Array): void {
    const known = this.#hashed - position;
    if (known < 0) throw new RangeError(`Bytes ${this.#hashed} to ${position} were never hashed.`);
    if (known >= chunk.length) return;
    this.#hash.update(known === 0 ? chunk : chunk.subarray(known));
    this.#hashed = position + chunk.length;
  }

  /** Of all that was hashed, as 64 hex digits. May be asked again. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
