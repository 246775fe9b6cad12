import { knowsAKey } from '#adapters/postgres/quotas/tenants.ts';
import { tenantToMessage } from '#contract/quotas.ts';
import type { MetadataContext, Route } from '../context.ts';

export function getQuotaRoute({ database, quotas }: MetadataContext): Route<'getQuota'> {
  return async ({ tenant, idempotencyKeys: keys }) => ({
    tenant: tenantToMessage(await quotas.stateOf(tenant)),
    knowsAKey: keys.length > 0 && (await knowsAKey(database, tenant, keys)),
  });
}
