import { tenantToMessage } from '#contract/quotas.ts';
import type { MetadataContext, Route } from '../context.ts';

export function listTenantsRoute({ quotas }: MetadataContext): Route<'listTenants'> {
  return async () => ({ tenants: (await quotas.states()).map(tenantToMessage) });
}
