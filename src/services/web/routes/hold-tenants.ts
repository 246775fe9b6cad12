import type { Json } from '#contract/schemas.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';

const answers = { 200: { description: 'Whether there is more to do.', schema: 'ChangedTenant' } } as const;

export function pauseTenant({ access }: Backend) {
  return route({
    name: 'pauseTenant',
    method: 'POST',
    path: '/api/v1/tenants/{name}/pause',
    tag: 'Tenants',
    summary: 'Pause a tenant',
    description: 'Holds the files of a tenant back, those that come later included: no worker takes them.',
    answers,
    handle: async ({ params: { name = '' }, onward }): Promise<Json<'ChangedTenant'>> => ({
      more: (await access.pauseTenant({ tenant: name }, onward)).more,
    }),
  });
}

export function resumeTenant({ access }: Backend) {
  return route({
    name: 'resumeTenant',
    method: 'POST',
    path: '/api/v1/tenants/{name}/resume',
    tag: 'Tenants',
    summary: 'Resume a tenant',
    description: 'Makes the PAUSED files of a tenant PENDING again, but for those of paused batches.',
    answers,
    handle: async ({ params: { name = '' }, onward }): Promise<Json<'ChangedTenant'>> => ({
      more: (await access.resumeTenant({ tenant: name }, onward)).more,
    }),
  });
}

export function cancelTenant({ access }: Backend) {
  return route({
    name: 'cancelTenant',
    method: 'POST',
    path: '/api/v1/tenants/{name}/cancel',
    tag: 'Tenants',
    summary: "Cancel a tenant's files",
    description:
      'Ends the files of a tenant that have not ended: they become FAILED with the reason CANCELLED, and may be retried. Repeat the request while there is more.',
    answers,
    handle: async ({ params: { name = '' }, onward }): Promise<Json<'ChangedTenant'>> => ({
      more: (await access.cancelTenant({ tenant: name }, onward)).more,
    }),
  });
}
