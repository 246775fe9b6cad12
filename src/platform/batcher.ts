/**
 * Gathers calls while one batch is in flight; each answer releases the next batch. No timers: a lone
 * call goes out at once, and under load the batches grow by themselves.
 *
 * `send` takes at least one item and answers with one outcome an item, in order. When it rejects,
 * every call of that batch rejects.
 */
export class Batcher<Item, Outcome> {
  readonly #send: (items: readonly Item[]) => Promise<readonly Outcome[]>;
  readonly #maxBatch: number;
  readonly #maxInFlight: number;
  #waiting: Group<Item, Outcome>[] = [];
  #inFlight = 0;

  /** @param options `maxBatch`: items after which a batch takes no further call */
  constructor(send: (items: readonly Item[]) => Promise<readonly Outcome[]>, { maxBatch = 256, maxInFlight = 1 } = {}) {
    this.#send = send;
    this.#maxBatch = maxBatch;
    this.#maxInFlight = maxInFlight;
  }

  async add(item: Item): Promise<Outcome> {
    return (await this.addAll([item]))[0] as Outcome;
  }

  /** Several items that go together: cheaper than one by one, where there are many. */
  addAll(items: readonly Item[]): Promise<readonly Outcome[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Outcome[]>();
    this.#waiting.push({ items, resolve, reject });
    this.#pump();
    return promise;
  }

  #pump(): void {
    while (this.#inFlight < this.#maxInFlight && this.#waiting.length > 0) void this.#sendBatch(this.#nextBatch());
  }

  #nextBatch(): readonly Group<Item, Outcome>[] {
    let [groups, items] = [0, 0];
    while (groups < this.#waiting.length && items < this.#maxBatch)
      items += (this.#waiting[groups++] as Group<Item, Outcome>).items.length;
    return this.#waiting.splice(0, groups);
  }

  async #sendBatch(batch: readonly Group<Item, Outcome>[]): Promise<void> {
    this.#inFlight += 1;
    try {
      const items = batch.length === 1 ? (batch[0] as Group<Item, Outcome>).items : batch.flatMap(({ items }) => items);
      const outcomes = await this.#send(items);
      if (outcomes.length !== items.length)
        throw new Error(`A batch of ${items.length} was answered with ${outcomes.length} outcomes`);
      let from = 0;
      for (const group of batch) {
        group.resolve(outcomes.slice(from, from + group.items.length));
        from += group.items.length;
      }
    } catch (error) {
      for (const group of batch) group.reject(error);
    } finally {
      this.#inFlight -= 1;
      this.#pump();
    }
  }
}

/** What one call added. */
interface Group<Item, Outcome> {
  readonly items: readonly Item[];
  readonly resolve: (outcomes: readonly Outcome[]) => void;
  readonly reject: (error: unknown) => void;
}
