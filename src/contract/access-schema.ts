import { z } from 'zod';
import { scopes } from '#domain/access.ts';
import { auditActions } from '#domain/audit.ts';

const time = z.iso.datetime();
const count = z.int().min(0);

export const Caller = z.strictObject({
  kind: z.enum(['anonymous', 'token', 'session', 'jwt', 'service']),
  id: z.string().describe('The id of the token, or the subject of the JWT.'),
  name: z.string(),
  tenant: z.string(),
  scopes: z.array(z.enum(scopes)).describe('`admin` includes the others, in every tenant.'),
  expires_at: time.nullable(),
});

export const Token = z.strictObject({
  id: z.string().describe('The part between the two underscores of `fm_<id>_<secret>`.'),
  name: z.string(),
  owner: z.string().describe('The person or team that answers for the token; may be empty.'),
  tenant: z.string(),
  scopes: z.array(z.enum(scopes)),
  created_at: time.nullable(),
  expires_at: time.nullable().describe('Null if the token does not expire.'),
  last_used_at: time.nullable().describe('To the minute; null if the token was never used.'),
  revoked_at: time.nullable().describe('Null if the token was not revoked.'),
});

export const AuditEvent = z.strictObject({
  id: z.uuid().describe('UUIDv7: ids sort by time.'),
  at: time.nullable(),
  kind: z.string().describe('`anonymous`, `token`, `session`, `jwt`, or `service` for Filemill itself.'),
  actor: z.string().describe('The id of the token, or the subject of the JWT; empty for anonymous callers.'),
  name: z.string().describe('The name of the caller, for people.'),
  tenant: z.string().describe('The tenant of the file; otherwise that of the caller.'),
  action: z.string().describe(`Such as ${auditActions.map((action) => `\`${action}\``).join(', ')}.`),
  object: z.string().describe('The id of the file or the token, or the name of the tenant; may be empty.'),
  request_id: z.string(),
  address: z.string().describe('The address of the client.'),
  detail: z.record(z.string(), z.unknown()).nullable(),
});

const most = count.nullable().describe('Null for no limit.');

export const QuotaSchema = z.strictObject({
  max_files: most,
  max_bytes: most,
  max_uploads: most,
  max_requests_per_minute: most,
});

export const ChangedTenant = z.strictObject({
  more: z
    .boolean()
    .describe('More files follow: within seconds after a pause or resume, with a repeated call after a cancel.'),
});

export const Tenant = z.strictObject({
  name: z.string(),
  paused: z.boolean().describe('Its files are held back: no worker takes them.'),
  files: count,
  bytes: count,
  quota: QuotaSchema,
  has_own_quota: z
    .boolean()
    .describe('The quota was set for this tenant; otherwise it has the defaults of the server.'),
});
