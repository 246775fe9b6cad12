/** Proxies accept this many bytes by default: nginx takes 1 MiB a request (one gRPC call), framing included. */
const usualBound = 1_000_000;

/** Uploads in even smaller calls would take far too long. */
const smallestBound = 16 * 1024;

/**
 * How much one call may carry, shared by all calls of one run. It is unlimited until a proxy answers 413: long calls
 * are faster, and a proxy refuses one when its limit is reached, so at most that much has to be sent again.
 */
export class CallBound {
  #bytes = Number.POSITIVE_INFINITY;
  #streamBytes = usualBound;

  get bytes(): number {
    return this.#bytes;
  }

  /** The limit for a stream of many files, which costs nothing to reopen. */
  get streamBytes(): number {
    return Math.min(this.#bytes, this.#streamBytes);
  }

  /** A call with this limit was refused. Concurrent refusals count as one; false when no smaller limit is left. */
  narrow(refused: number): boolean {
    const next = refused > usualBound ? usualBound : refused / 2;
    if (next < smallestBound) return false;
    this.#bytes = Math.min(this.#bytes, Math.floor(next));
    return true;
  }

  /** A stream with this limit was cut off after its first answers, when a proxy can no longer answer 413. */
  shortenStreams(cut: number): void {
    this.#streamBytes = Math.min(this.#streamBytes, Math.max(smallestBound, Math.floor(cut / 2)));
  }
}
