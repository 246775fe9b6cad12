import { movedForMs, takeDeletions } from '#adapters/postgres/blob-deletions.ts';
import { pageSize } from '#platform/rpc/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function takeDeletionsRoute({ database, clock }: MetadataContext): Route<'takeDeletions'> {
  return async ({ maxKeys }) => ({
    storageKeys: await takeDeletions(database, pageSize(maxKeys), clock.range(movedForMs)),
  });
}
