/**
 * Gathers calls while one batch is in flight; each answer releases the next batch. No timers: a lone
 * call goes out at once, and under load the batches grow by themselves.
 *
 * `send` takes 1 to `maxBatch` items and answers with one outcome an item, in order. When it rejects,
 * every call of that batch rejects.
 */
export class Batcher<Item, Outcome> {
  readonly #send: (items: readonly Item[]) => Promise<readonly Outcome[]>;
  readonly #maxBatch: number;
  readonly #maxInFlight: number;
  #waiting: Waiting<Item, Outcome>[] = [];
  #inFlight = 0;

  constructor(send: (items: readonly Item[]) => Promise<readonly Outcome[]>, { maxBatch = 256, maxInFlight = 1 } = {}) {
    this.#send = send;
    this.#maxBatch = maxBatch;
    this.#maxInFlight = maxInFlight;
  }

  add(item: Item): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    this.#waiting.push({ item, resolve, reject });
    this.#pump();
    return promise;
  }

  #pump(): void {
    while (this.#inFlight < this.#maxInFlight && this.#waiting.length > 0)
      void this.#sendBatch(this.#waiting.splice(0, this.#maxBatch));
  }

  async #sendBatch(batch: readonly Waiting<Item, Outcome>[]): Promise<void> {
    this.#inFlight += 1;
    try {
      const outcomes = await this.#send(batch.map((call) => call.item));
      if (outcomes.length !== batch.length)
        throw new Error(`A batch of ${batch.length} was answered with ${outcomes.length} outcomes`);
      for (const [index, call] of batch.entries()) call.resolve(outcomes[index] as Outcome);
    } catch (error) {
      for (const call of batch) call.reject(error);
    } finally {
      this.#inFlight -= 1;
      this.#pump();
    }
  }
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}
