import { findStorageKeys } from '#adapters/postgres/blob-deletions.ts';
import { isUuid } from '#domain/uuid.ts';
import { requireBatch } from '#platform/rpc/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function findStorageKeysRoute({ database }: MetadataContext): Route<'findStorageKeys'> {
  return async ({ storageKeys }) => ({
    knownStorageKeys: await findStorageKeys(database, requireBatch(storageKeys, 'storage_keys').filter(isUuid)),
  });
}
