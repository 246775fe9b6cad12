import { quotaFromMessage, tenantToMessage } from '#contract/quotas.ts';
import { requireTenant } from '#contract/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function setQuotaRoute({ audit, quotas }: MetadataContext): Route<'setQuota'> {
  return async (request, context) => {
    const tenant = requireTenant(request.tenant);
    const quota = request.quota && quotaFromMessage(request.quota);
    const state = await quotas.set(tenant, quota);
    await audit.record(context, 'set_quota', {
      tenant,
      object: tenant,
      detail: { ...quota, defaults: quota === undefined },
    });
    return { tenant: tenantToMessage(state) };
  };
}
