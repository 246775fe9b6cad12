/** What every proxy lets through: nginx takes 1 MiB unless it is told otherwise. */
const usual = 1_000_000;

/** Smaller ones would take for ever. */
const smallest = 16 * 1024;

/**
 * How much one request may carry. A proxy that limits it says so by a 413, and may let the browser send all of it before. So
 * requests grow from what everybody takes while they are taken, and shrink to what was taken once one is refused.
 */
export class RequestSize {
  #bytes = usual;
  #taken = 0;
  #limit = Number.POSITIVE_INFINITY;

  /** Of the next request that is one of several. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether as much may be tried in a request of its own. */
  mayTake(bytes: number): boolean {
    return bytes <= this.#limit;
  }

  taken(bytes: number): void {
    this.#taken = Math.max(this.#taken, bytes);
    if (bytes >= this.#bytes) this.#bytes = Math.min(2 * bytes, this.#limit);
  }

  /** @returns false when there is nothing smaller to try */
  refused(bytes: number): boolean {
    const next = bytes > this.#taken && this.#taken > 0 ? this.#taken : bytes > usual ? usual : Math.floor(bytes / 2);
    if (next < smallest) return false;
    this.#limit = Math.min(this.#limit, next);
    this.#bytes = Math.min(this.#bytes, this.#limit);
    return true;
  }
}
