import { Batcher as ProductBatcher } from '#platform/batcher.ts';

/** In place of the product's: every item is a call of its own, at once. Not for segments, whose appends exclude each other. */
export class Batcher<Item, Outcome> extends ProductBatcher<Item, Outcome> {
  constructor(send: (items: readonly Item[]) => Promise<readonly Outcome[]>) {
    super(send, { maxBatch: 1, maxInFlight: Number.POSITIVE_INFINITY });
  }

  override addAll(items: readonly Item[]): Promise<readonly Outcome[]> {
    return items.length > 1 ? Promise.all(items.map((item) => this.add(item))) : super.addAll(items);
  }
}
