import { holdTenants, markTenant, unfinishedOfTenant } from '#adapters/postgres/batches/tenant-holds.ts';
import { cancelFiles } from '#adapters/postgres/files/file-holds.ts';
import { requireTenant } from '#contract/requests.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';
import type { MetadataContext, Route } from '../context.ts';

/** A call cancels so many times 1,000 files. */
const cancelsAtOnce = 10;

export function pauseTenantRoute(context: MetadataContext): Route<'pauseTenant'> {
  return async (request, call) => await hold(context, requireTenant(request.tenant), call, 'PAUSED');
}

export function resumeTenantRoute(context: MetadataContext): Route<'resumeTenant'> {
  return async (request, call) => await hold(context, requireTenant(request.tenant), call, 'RESUMING');
}

export function cancelTenantRoute({ database, events, audit }: MetadataContext): Route<'cancelTenant'> {
  return async (request, call) => {
    const tenant = requireTenant(request.tenant);
    await audit.record(call, 'cancel_tenant', { tenant, object: tenant });
    let more = true;
    for (let steps = 0; more && steps < cancelsAtOnce; steps += 1) {
      const ids = await unfinishedOfTenant(database, tenant);
      if (ids.length > 0) await cancelFiles(database, ids, undefined, { events });
      more = ids.length > 0;
    }
    return { more };
  };
}

async function hold(
  { database, audit }: MetadataContext,
  tenant: string,
  call: CallContext,
  mark: 'PAUSED' | 'RESUMING',
): Promise<{ more: boolean }> {
  await markTenant(database, tenant, mark);
  await audit.record(call, mark === 'PAUSED' ? 'pause_tenant' : 'resume_tenant', { tenant, object: tenant });
  return { more: await holdTenants(database, tenant) };
}
