import type { Quota } from '#domain/quota.ts';
import type { Database, Statement } from '../database/database.ts';

type Row = { readonly [Limit in keyof Required<Quota>]: number | null } & { readonly name: string };

const limits = `max_files as "maxFiles", max_bytes as "maxBytes", max_uploads as "maxUploads",
    max_requests_per_minute as "maxRequestsPerMinute"`;

const all: Statement = { name: 'tenants', text: `select name, ${limits} from tenants` };

const set: Statement = {
  name: 'set-quota',
  text: `
    insert into tenants (name, max_files, max_bytes, max_uploads, max_requests_per_minute) values ($1, $2, $3, $4, $5)
    on conflict (name) do update set max_files = excluded.max_files, max_bytes = excluded.max_bytes,
      max_uploads = excluded.max_uploads, max_requests_per_minute = excluded.max_requests_per_minute`,
};

const forget: Statement = { name: 'forget-quota', text: 'delete from tenants where name = $1' };

const isPaused = (tenant: string) =>
  `exists (select from tenant_holds h where h.tenant = ${tenant} and h.hold = 'PAUSED')`;

const held: Statement = {
  name: 'held-by-tenant',
  text: `
    select coalesce(sum(files), 0)::bigint as files, coalesce(sum(bytes), 0)::bigint as bytes, ${isPaused('$1')} as paused
    from file_counts where tenant = $1`,
};

const heldByAll: Statement = {
  name: 'held-by-tenants',
  text: `
    select t.name, coalesce(c.files, 0)::bigint as files, coalesce(c.bytes, 0)::bigint as bytes, ${isPaused('t.name')} as paused
    from (select tenant as name from file_counts union select tenant from tokens union select name from tenants union select tenant from tenant_holds) t
      left join (select tenant, sum(files) as files, sum(bytes) as bytes from file_counts group by tenant) c
        on c.tenant = t.name
    order by t.name collate "C" limit 1000`,
};

const key: Statement = {
  name: 'knows-a-key',
  text: 'select from files where tenant = $1 and idempotency_key = any ($2::text[]) limit 1',
};

/** Whether one of the idempotency keys names a file of the tenant. */
export async function knowsAKey(database: Database, tenant: string, keys: readonly string[]): Promise<boolean> {
  return (await database.query(key, [tenant, keys])).length > 0;
}

/** The quotas that were set, by tenant. */
export async function readQuotas(database: Database): Promise<ReadonlyMap<string, Quota>> {
  const rows = await database.query<Row>(all);
  return new Map(rows.map(({ name, ...row }) => [name, quotaOf(row)]));
}

function quotaOf(row: Omit<Row, 'name'>): Quota {
  return Object.fromEntries(Object.entries(row).filter(([, most]) => most !== null));
}

/** @param quota undefined: the tenant has the defaults again */
export async function setQuota(database: Database, tenant: string, quota: Quota | undefined): Promise<void> {
  if (quota === undefined) return void (await database.query(forget, [tenant]));
  const { maxFiles, maxBytes, maxUploads, maxRequestsPerMinute } = quota;
  const most = [maxFiles, maxBytes, maxUploads, maxRequestsPerMinute].map((limit) => limit ?? null);
  await database.query(set, [tenant, ...most]);
}

export interface Held {
  readonly files: number;
  readonly bytes: number;
  readonly paused: boolean;
}

export async function heldBy(database: Database, tenant: string): Promise<Held> {
  const [row] = await database.query<Held>(held, [tenant]);
  return row ?? { files: 0, bytes: 0, paused: false };
}

/** What the tenants hold that have files, a quota, a token or a hold, by name; the first thousand. */
export async function heldByTenants(database: Database): Promise<readonly (Held & { readonly name: string })[]> {
  return await database.query(heldByAll);
}
