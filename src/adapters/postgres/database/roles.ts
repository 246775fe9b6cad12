import pg from 'pg';
import { sleep } from '#platform/abort.ts';
import { ConfigError } from '#platform/config.ts';
import type { Database } from './database.ts';

/** Reads on behalf of callers that see one tenant: docs/adr/0029-tenants.md. */
export const tenantRole = 'filemill_tenant';

/** What the services may do. To connect as one of them, let it log in. */
export const serviceRoles = ['filemill_metadata', 'filemill_result'] as const;

/** Two databases of a server may be prepared at the same time. */
const races = /^(23505|42710|XX000)$/;
const maxTries = 5;

/**
 * Creates the roles, which all databases of a server share. May be repeated.
 *
 * @param owner the owner of the tables; by default the role of `client`
 * @throws when the role of `client` may not do so
 */
export async function createRoles(client: pg.ClientBase, owner?: string): Promise<void> {
  const query: Query = async (text, values = []) => (await client.query(text, [...values])).rows;
  for (let tried = 1; ; tried++) {
    try {
      for (const statement of await missingStatements(query, owner)) await client.query(statement);
      return;
    } catch (error) {
      if (tried === maxTries || !races.test((error as { code?: string }).code ?? '')) throw error;
      await sleep(20 * tried);
    }
  }
}

/**
 * Refuses a database whose roles keep no tenant from another's files.
 *
 * @throws ConfigError with what an administrator has to run
 */
export async function requireTenantRole(database: Database): Promise<void> {
  const statements = await missingStatements((text, values) => database.query({ text }, values));
  if (statements.length > 0)
    throw new ConfigError(
      `With authentication, tenants are kept apart by roles of PostgreSQL, and the role of FILEMILL_DATABASE_URL could not make them: let an administrator run, as a superuser, \`${statements.join('; ')};\`, and then run \`filemill migrate up\`.`,
    );
  const granted = `select has_table_privilege($1, 'own_files', 'select') as granted`;
  const [row] = await database.query<{ granted: boolean }>({ text: granted }, [tenantRole]);
  if (row?.granted !== true)
    throw new ConfigError(
      'With authentication, tenants are kept apart by roles of PostgreSQL, which have no rights in this database yet: run `filemill migrate up` as the owner of its tables.',
    );
}

/** Whether an administrator has made the roles. */
export async function rolesExist(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query('select from pg_roles where rolname = any ($1)', [[tenantRole, ...serviceRoles]]);
  return rows.length === 1 + serviceRoles.length;
}

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** What is left to run so that `owner`, by default the present role, and the services can read for tenants. */
async function missingStatements(query: Query, owner?: string): Promise<string[]> {
  const found = await query<{ name: string; exists: boolean }>(
    `select name, to_regrole(quote_ident(name)) is not null as exists
     from unnest($1::text[] || coalesce($2::text, current_user)) with ordinality as r (name, n) order by n`,
    [[tenantRole, ...serviceRoles], owner ?? null],
  );
  const missing = found.filter(({ exists }) => !exists).map(({ name }) => name);
  const members = found.map(({ name }) => name).filter((name) => name !== tenantRole);
  const present = missing.includes(tenantRole) ? [] : members.filter((name) => !missing.includes(name));
  const bound = await query<{ name: string }>(
    `select name from unnest($1::text[]) as r (name) where pg_has_role(name, $2, 'SET')`,
    [present, tenantRole],
  );
  const unbound = members.filter((name) => !bound.some((one) => one.name === name)).map(pg.escapeIdentifier);
  return [
    ...missing.map((name) => `create role ${name} nologin`),
    ...(unbound.length > 0 ? [`grant ${tenantRole} to ${unbound.join(', ')} with inherit false, set true`] : []),
  ];
}
