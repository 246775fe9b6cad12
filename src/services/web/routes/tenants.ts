import type { z } from 'zod';
import { QuotaSchema } from '#contract/access-schema.ts';
import { quotaToMessage, tenantToJson } from '#contract/quotas.ts';
import type { Json } from '#contract/schemas.ts';
import type { Quota } from '#domain/quota.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';

/** What is left out is not limited. */
const PartialQuota = QuotaSchema.partial();

const path = '/api/v1/tenants/{name}/quota';

export function listTenants({ access }: Backend) {
  return route({
    name: 'listTenants',
    method: 'GET',
    path: '/api/v1/tenants',
    tag: 'Tenants',
    summary: 'List tenants',
    description:
      'Lists the tenants that have files, a token or a quota of their own, and how much each of them stores.',
    answers: { 200: { description: 'The tenants, by name.', schema: 'Tenants' } },
    handle: async ({ onward }): Promise<Json<'Tenants'>> => ({
      tenants: (await access.listTenants({}, onward)).tenants.map(tenantToJson),
    }),
  });
}

export function setQuota({ access }: Backend) {
  return route({
    name: 'setQuota',
    method: 'PUT',
    path,
    tag: 'Tenants',
    summary: 'Set the quota of a tenant',
    description: 'Replaces the quota of a tenant within seconds. A limit that is null or absent is removed.',
    body: PartialQuota,
    answers: { 200: { description: 'The tenant.', schema: 'Tenant' } },
    async handle({ params: { name = '' }, body, onward }): Promise<Json<'Tenant'>> {
      const { tenant } = await access.setQuota({ tenant: name, quota: quotaToMessage(quotaOf(body)) }, onward);
      return tenantToJson(tenant);
    },
  });
}

export function resetQuota({ access }: Backend) {
  return route({
    name: 'resetQuota',
    method: 'DELETE',
    path,
    tag: 'Tenants',
    summary: 'Reset the quota of a tenant',
    description: "Returns a tenant to the server's default quota.",
    answers: { 200: { description: 'The tenant.', schema: 'Tenant' } },
    handle: async ({ params: { name = '' }, onward }): Promise<Json<'Tenant'>> =>
      tenantToJson((await access.setQuota({ tenant: name }, onward)).tenant),
  });
}

function quotaOf(body: z.infer<typeof PartialQuota>): Quota {
  const { max_files, max_bytes, max_uploads, max_requests_per_minute } = body;
  return {
    maxFiles: max_files ?? undefined,
    maxBytes: max_bytes ?? undefined,
    maxUploads: max_uploads ?? undefined,
    maxRequestsPerMinute: max_requests_per_minute ?? undefined,
  };
}
