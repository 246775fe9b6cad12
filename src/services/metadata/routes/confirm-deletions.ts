import { confirmDeletions } from '#adapters/postgres/upkeep/blob-deletions.ts';
import { requireBatch } from '#contract/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function confirmDeletionsRoute({ database }: MetadataContext): Route<'confirmDeletions'> {
  return async ({ storageKeys }) => {
    await confirmDeletions(database, requireBatch(storageKeys, 'storage_keys').filter(isText));
    return {};
  };
}

/** PostgreSQL cannot store NUL in text. */
function isText(key: string): boolean {
  return !key.includes('\0');
}
