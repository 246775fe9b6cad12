const batchSize = 1_000;

/** Splits lists into batches of at most 1,000 items. */
export async function* inBatches<T>(lists: AsyncIterable<readonly T[]>): AsyncGenerator<readonly T[]> {
  for await (const items of lists)
    for (let from = 0; from < items.length; from += batchSize) yield items.slice(from, from + batchSize);
}
