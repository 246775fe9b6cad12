/** Items are pushed one by one and taken in batches: the items that came while the consumer was busy are its next batch. */
export class GatheringQueue<Item> {
  readonly #maxBatch: number;
  #items: Item[] = [];
  #closed = false;
  #wake = Promise.withResolvers<void>();

  constructor(maxBatch = Number.POSITIVE_INFINITY) {
    this.#maxBatch = maxBatch;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#wake.resolve();
  }

  /** Items that were pushed before are still delivered. */
  close(): void {
    this.#closed = true;
    this.#wake.resolve();
  }

  /** For a single consumer; ends once the queue is closed and empty. */
  async *batches(): AsyncGenerator<Item[], void> {
    for (;;) {
      while (this.#items.length > 0) yield this.#items.splice(0, this.#maxBatch);
      if (this.#closed) return;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
  }
}
