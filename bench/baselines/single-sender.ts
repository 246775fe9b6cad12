import { Batcher as ProductBatcher } from '#platform/batcher.ts';

/** Replaces the product's batcher: every item is its own call, at once. Segments keep theirs, as appends are exclusive. */
export class Batcher<Item, Outcome> extends ProductBatcher<Item, Outcome> {
  constructor(send: (items: readonly Item[]) => Promise<readonly Outcome[]>) {
    super(send, { name: 'create', maxBatch: 1, maxInFlight: Number.POSITIVE_INFINITY });
  }

  override addAll(items: readonly Item[]): Promise<readonly Outcome[]> {
    return items.length > 1 ? Promise.all(items.map((item) => this.add(item))) : super.addAll(items);
  }
}
