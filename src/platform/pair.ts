/** Each item with its outcome, in order. @throws Error unless there is one outcome per item */
export function pair<Item, Outcome>(
  items: readonly Item[],
  outcomes: readonly Outcome[],
): (readonly [Item, Outcome])[] {
  if (outcomes.length !== items.length)
    throw new Error(`A batch of ${items.length} was answered with ${outcomes.length} outcomes`);
  return items.map((item, n) => [item, outcomes[n] as Outcome]);
}
