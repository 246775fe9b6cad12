import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

const directory = fileURLToPath(new URL('../../../db/migrations', import.meta.url));
const migrationsTable = 'filemill_migrations';

/**
 * Applies the migrations that are missing, in order, each once even when several processes start
 * together (an advisory lock makes the others wait). Forward only.
 *
 * @returns the names that this call applied
 */
export async function migrate(
  databaseUrl: string,
  log: (line: string) => void = () => undefined,
): Promise<readonly string[]> {
  await using connection = await connect(databaseUrl);
  const applied = await runner({
    dbClient: connection.client,
    dir: directory,
    direction: 'up',
    migrationsTable,
    advisoryLockMode: 'wait',
    logger: { debug: () => undefined, info: () => undefined, warn: log, error: log },
  });
  return applied.map(({ name }) => name);
}

/** Every migration that this version knows, and whether the database has it. */
export async function migrationStatus(databaseUrl: string): Promise<readonly { name: string; applied: boolean }[]> {
  const names = (await readdir(directory))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -4))
    .sort();
  await using connection = await connect(databaseUrl);
  const {
    rows: [table],
  } = await connection.client.query('select to_regclass($1) as oid', [migrationsTable]);
  if (table.oid === null) return names.map((name) => ({ name, applied: false }));
  const { rows } = await connection.client.query<{ name: string }>(`select name from ${migrationsTable}`);
  const applied = new Set(rows.map(({ name }) => name));
  return names.map((name) => ({ name, applied: applied.has(name) }));
}

async function connect(databaseUrl: string): Promise<{ client: pg.Client } & AsyncDisposable> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    application_name: 'filemill-migrate',
  });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}
