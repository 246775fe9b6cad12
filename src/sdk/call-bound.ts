/**
 * Bytes that proxies let through unless they are told otherwise: nginx takes 1 MiB in a request, and all that a call
 * of gRPC sends is one request to it. The rest is for what messages hold beside content.
 */
const usualBound = 1_000_000;

/** Content in smaller calls than these would take for ever. */
const smallestBound = 16 * 1024;

/**
 * How much one call may carry, for all calls of one run. Nothing bounds it until a proxy answers 413: a long call is
 * faster, and whoever refuses it does so at its limit, so that no more than that is sent once more.
 */
export class CallBound {
  #bytes = Number.POSITIVE_INFINITY;
  #streamBytes = usualBound;

  get bytes(): number {
    return this.#bytes;
  }

  /** For a stream of many files, which loses nothing by being short. */
  get streamBytes(): number {
    return Math.min(this.#bytes, this.#streamBytes);
  }

  /**
   * A call that was bounded so was refused. However many were refused at the same time, one step is taken.
   *
   * @returns false when there is no smaller step
   */
  narrow(refused: number): boolean {
    const next = refused > usualBound ? usualBound : refused / 2;
    if (next < smallestBound) return false;
    this.#bytes = Math.min(this.#bytes, Math.floor(next));
    return true;
  }

  /** A stream that was bounded so was cut off after its first answers: a proxy that meets its limit then can say no more. */
  shortenStreams(cut: number): void {
    this.#streamBytes = Math.min(this.#streamBytes, Math.max(smallestBound, Math.floor(cut / 2)));
  }
}
