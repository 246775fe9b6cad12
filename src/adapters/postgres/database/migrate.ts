import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { connectTo } from './connect.ts';
import { createRoles, rolesExist } from './roles.ts';

const directory = new URL('../../../../db/migrations/', import.meta.url);
const access = new URL('../../../../db/access.sql', import.meta.url);

/** An arbitrary constant. */
const advisoryLock = 0x66_69_6c_65;

/**
 * Applies the missing migrations of db/migrations in order, each in one transaction with the row that records it. There is
 * no way back. Processes that start at the same time take turns.
 *
 * @returns the names that this call applied
 */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  await using connection = await connectTo(databaseUrl);
  const known = await knownNames();
  const applied: string[] = [];
  for (;;) {
    const name = await despiteDeadlocks(() => applyNext(connection.client, known));
    if (name === undefined) break;
    applied.push(name);
  }
  await grantAccess(connection.client, known);
  return applied;
}

/**
 * Gives the database the very migrations that another has, and no rights, which the next `migrate` gives.
 *
 * @throws Error when that one was made by a newer version
 */
export async function migrateLike(databaseUrl: string, applied: readonly string[]): Promise<void> {
  await using connection = await connectTo(databaseUrl);
  const known = await knownNames();
  const wanted = applied.filter((name) => !name.startsWith(accessMark)).sort();
  const strange = wanted.filter((name) => !known.includes(name));
  if (strange.length > 0)
    throw new Error(`A newer version made this database: this one does not know ${strange.join(', ')}.`);
  while ((await applyNext(connection.client, wanted)) !== undefined);
}

/** Begins the row that says which rights were given. */
const accessMark = 'access ';

/**
 * Gives the roles their rights after a change of these or of the schema. A role that may not make the others leaves that to
 * an administrator: until then there is one tenant.
 */
async function grantAccess(client: pg.Client, known: readonly string[]): Promise<void> {
  try {
    await createRoles(client);
  } catch (error) {
    if ((error as { code?: string }).code !== insufficientPrivilege) throw error;
    if (!(await rolesExist(client))) return;
  }
  const sql = await readFile(access, 'utf8');
  const version = `${accessMark}${hash('sha256', [...known, sql].join()).slice(0, 16)}`;
  await inTurn(client, async () => {
    if ((await appliedNames(client)).has(version)) return;
    await client.query(sql);
    await client.query(`delete from migrations where name like '${accessMark}%'`);
    await client.query('insert into migrations (name) values ($1)', [version]);
  });
}

const insufficientPrivilege = '42501';

/** All migrations of this version, and whether the database has each. */
export async function migrationStatus(databaseUrl: string): Promise<readonly { name: string; applied: boolean }[]> {
  await using connection = await connectTo(databaseUrl);
  const { client } = connection;
  const exists = await client.query<{ oid: string | null }>(`select to_regclass('migrations') as oid`);
  const applied = exists.rows[0]?.oid === null ? new Set<string>() : await appliedNames(client);
  return (await knownNames()).map((name) => ({ name, applied: applied.has(name) }));
}

const deadlock = '40P01';
const attempts = 20;

/** A service that runs meanwhile may lock the same tables in another order, and PostgreSQL then ends either of the two. */
async function despiteDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await work();
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as { code?: string };
      if (code !== deadlock || attempt === attempts) throw error;
    }
}

/** Applies the first missing migration; undefined when none is missing. */
async function applyNext(client: pg.Client, known: readonly string[]): Promise<string | undefined> {
  return await inTurn(client, async () => {
    await client.query(
      'create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())',
    );
    const applied = await appliedNames(client);
    const name = known.find((one) => !applied.has(one));
    if (name !== undefined) await apply(client, name);
    return name;
  });
}

/**
 * Runs `work` in a transaction, which no other process does at the same time. The lock and the time limit belong to the
 * transaction, because a pooler shares the session.
 */
async function inTurn<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    await client.query('set local statement_timeout = 0');
    await client.query('select pg_advisory_xact_lock($1)', [advisoryLock]);
    const done = await work();
    await client.query('commit');
    return done;
  } catch (error) {
    // PostgreSQL rolls back by itself when the connection is lost.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function apply(client: pg.Client, name: string): Promise<void> {
  const sql = await readFile(new URL(`${name}.sql`, directory), 'utf8');
  try {
    await client.query(sql);
    await client.query('insert into migrations (name) values ($1)', [name]);
  } catch (cause) {
    throw new Error(`Migration ${name} failed: ${(cause as Error).message}`, { cause });
  }
}

async function knownNames(): Promise<string[]> {
  const files = await readdir(fileURLToPath(directory));
  return files
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();
}

async function appliedNames(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>('select name from migrations');
  return new Set(rows.map(({ name }) => name));
}
