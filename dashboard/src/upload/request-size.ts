/** Every proxy accepts this: the default limit of nginx is 1 MiB. */
const usual = 1_000_000;

/** Even smaller requests would take far too long. */
const smallest = 16 * 1024;

/**
 * How much one request may carry. A proxy with a limit answers 413, perhaps only after the browser has sent everything.
 * Requests therefore start small, grow while they are accepted, and shrink to an accepted size once one is refused.
 */
export class RequestSize {
  #bytes = usual;
  #taken = 0;
  #limit = Number.POSITIVE_INFINITY;

  /** The size of the next request of several. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a single request of this size is worth trying. */
  mayTake(bytes: number): boolean {
    return bytes <= this.#limit;
  }

  taken(bytes: number): void {
    this.#taken = Math.max(this.#taken, bytes);
    if (bytes >= this.#bytes) this.#bytes = Math.min(2 * bytes, this.#limit);
  }

  /** @returns false when no smaller size is left */
  refused(bytes: number): boolean {
    const next = bytes > this.#taken && this.#taken > 0 ? this.#taken : bytes > usual ? usual : Math.floor(bytes / 2);
    if (next < smallest) return false;
    this.#limit = Math.min(this.#limit, next);
    this.#bytes = Math.min(this.#bytes, this.#limit);
    return true;
  }
}
