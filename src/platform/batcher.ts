import { instruments } from './telemetry/instruments.ts';

/**
 * Gathers calls while a batch is in flight; each answer releases the next batch. There are no timers: a lone call is sent
 * at once, and batches grow under load.
 *
 * `send` receives at least one item and returns one outcome per item, in order. Every call of a batch that it rejects
 * rejects.
 */
export class Batcher<Item, Outcome> {
  readonly #send: (items: readonly Item[]) => Promise<readonly Outcome[]>;
  readonly #maxBatch: number;
  readonly #maxInFlight: number;
  readonly #labels: { readonly batch: string };
  #waiting: Group<Item, Outcome>[] = [];
  #inFlight = 0;

  /** @param options `maxBatch`: a batch with this many items is closed */
  constructor(send: (items: readonly Item[]) => Promise<readonly Outcome[]>, options: BatchOptions) {
    const { name, maxBatch = 256, maxInFlight = 1 } = options;
    this.#send = send;
    this.#maxBatch = maxBatch;
    this.#maxInFlight = maxInFlight;
    this.#labels = { batch: name };
  }

  async add(item: Item): Promise<Outcome> {
    return (await this.addAll([item]))[0] as Outcome;
  }

  /** Adds several items to the same batch, which is cheaper than adding them one by one. */
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
      instruments.batchSize.record(items.length, this.#labels);
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

interface BatchOptions {
  /** Under which its sizes are measured. */
  readonly name: BatchName;
  readonly maxBatch?: number;
  readonly maxInFlight?: number;
}

type BatchName = 'create' | 'save' | 'fail' | 'append' | 'remove' | 'move' | 'sync' | 'audit';

/** What one call added. */
interface Group<Item, Outcome> {
  readonly items: readonly Item[];
  readonly resolve: (outcomes: readonly Outcome[]) => void;
  readonly reject: (error: unknown) => void;
}
