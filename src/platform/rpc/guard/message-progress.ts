const headBytes = 5;

/** The overhead of a fragment, which is kept in a buffer of its own, in bytes. */
const fragmentCost = 256;

/** Follows the gRPC messages in a stream: one byte for compression, four for the length, then the message. */
export class MessageProgress {
  readonly #head = Buffer.alloc(headBytes);
  #headLength = 0;
  #missing = 0;
  #held = 0;
  #complete = 0;

  /** Whole messages so far. */
  get complete(): number {
    return this.#complete;
  }

  /** Memory that the incomplete message holds, in bytes, with the overhead of small fragments. */
  get held(): number {
    return this.#held;
  }

  take(data: Buffer): void {
    for (let at = 0; at < data.length; ) at += this.#takeSome(data.subarray(at));
    if (this.#headLength > 0) this.#held += fragmentCost;
  }

  #takeSome(data: Buffer): number {
    const taken = this.#headLength < headBytes ? this.#takeHead(data) : this.#takeBody(data);
    if (this.#headLength === headBytes && this.#missing === 0) {
      this.#complete += 1;
      this.#headLength = 0;
      this.#held = 0;
    }
    return taken;
  }

  #takeHead(data: Buffer): number {
    const taken = data.copy(this.#head, this.#headLength);
    this.#headLength += taken;
    if (this.#headLength === headBytes) this.#missing = this.#head.readUInt32BE(1);
    return taken;
  }

  #takeBody(data: Buffer): number {
    const taken = Math.min(data.length, this.#missing);
    this.#missing -= taken;
    this.#held += taken;
    return taken;
  }
}
