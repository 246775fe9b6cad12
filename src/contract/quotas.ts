import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import { type Quota, quotaLimits, type TenantState } from '#domain/quota.ts';
import type { Quota as QuotaMessage, QuotaSchema, Tenant, TenantSchema } from '#gen/filemill/v1/access_service_pb.ts';
import type { Json } from './schemas.ts';

/** Conversions between quotas, gRPC messages and JSON. */

export function quotaToMessage(quota: Quota): MessageInitShape<typeof QuotaSchema> {
  const set = quotaLimits.flatMap((limit) => (quota[limit] === undefined ? [] : [[limit, BigInt(quota[limit])]]));
  return Object.fromEntries(set);
}

/** @throws FilemillError REQUEST_INVALID */
export function quotaFromMessage(message: QuotaMessage): Quota {
  const set = quotaLimits.flatMap((limit) => {
    const most = message[limit];
    if (most === undefined) return [];
    if (most >= 0n && most <= BigInt(Number.MAX_SAFE_INTEGER)) return [[limit, Number(most)]];
    throw new FilemillError('REQUEST_INVALID', `\`${limit}\` must be 0 to 2^53 - 1.`);
  });
  return Object.fromEntries(set);
}

export function tenantToMessage(state: TenantState): MessageInitShape<typeof TenantSchema> {
  const { name, quota, hasOwnQuota, files, bytes, paused } = state;
  return { name, paused, quota: quotaToMessage(quota), hasOwnQuota, files: BigInt(files), bytes: BigInt(bytes) };
}

/** @throws FilemillError INTERNAL */
export function tenantFromMessage(tenant: Tenant | undefined): TenantState {
  if (tenant?.quota === undefined) throw new FilemillError('INTERNAL', 'The answer about a tenant is empty.');
  const { name, hasOwnQuota, files, bytes, paused } = tenant;
  return {
    name,
    paused,
    quota: quotaFromMessage(tenant.quota),
    hasOwnQuota,
    files: Number(files),
    bytes: Number(bytes),
  };
}

export function tenantToJson(message: Tenant | undefined): Json<'Tenant'> {
  const { name, quota, hasOwnQuota, files, bytes, paused } = tenantFromMessage(message);
  const { maxFiles = null, maxBytes = null, maxUploads = null, maxRequestsPerMinute = null } = quota;
  return {
    ...{ name, paused, files, bytes, has_own_quota: hasOwnQuota },
    quota: {
      max_files: maxFiles,
      max_bytes: maxBytes,
      max_uploads: maxUploads,
      max_requests_per_minute: maxRequestsPerMinute,
    },
  };
}
