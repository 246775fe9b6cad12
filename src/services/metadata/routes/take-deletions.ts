import { movedForMs, takeDeletions } from '#adapters/postgres/upkeep/blob-deletions.ts';
import { pageSize } from '#contract/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function takeDeletionsRoute({ database, clock }: MetadataContext): Route<'takeDeletions'> {
  return async ({ maxKeys }) => ({
    storageKeys: await takeDeletions(database, pageSize(maxKeys), clock.range(movedForMs)),
  });
}
