import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { connectTo } from './connect.ts';
import { migrateLike } from './migrate.ts';

export interface DatabaseCopy {
  /** The database as a superuser of its server. */
  readonly from: string;
  /** An empty database, as a superuser and as the owner of its tables. */
  readonly to: string;
  readonly toOwner: string;
  /** Both servers may write and read here; a table is here while it is copied. */
  readonly folder: string;
  readonly onTable: (name: string, rows: number) => void;
}

/**
 * Copies the content of every table to a server of another version, through the text format of COPY, which all versions
 * share, into the schema that the migrations of the old database make. Nobody else may use either database meanwhile.
 *
 * @throws Error when a table arrives with another number of rows
 */
export async function copyDatabase({ from, to, toOwner, folder, onTable }: DatabaseCopy): Promise<void> {
  await using source = await connectTo(from);
  const { rows: migrations } = await source.client.query<{ name: string }>('select name from migrations');
  await migrateLike(
    toOwner,
    migrations.map(({ name }) => name),
  );
  await using target = await connectTo(to);
  // Rows come whole: neither triggers nor foreign keys have anything to do.
  await target.client.query('set session_replication_role = replica');
  const tables = await tablesOf(source.client);
  const names = tables.map(({ name }) => pg.escapeIdentifier(name));
  await target.client.query(`truncate ${names.join(', ')}`);
  for (const table of tables) onTable(table.name, await copyTable(table, source.client, target.client, folder));
  await copySequences(source.client, target.client);
  await target.client.query('analyze');
}

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

/** All but `migrations`, which are those of the copy, and the columns that are computed from others. */
async function tablesOf(client: pg.Client): Promise<readonly Table[]> {
  const { rows } = await client.query<Table>(
    `select table_name as name, array_agg(column_name::text order by ordinal_position) as columns
     from information_schema.tables join information_schema.columns using (table_schema, table_name)
     where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'migrations' and is_generated = 'NEVER'
     group by table_name order by table_name`,
  );
  return rows;
}

/** @returns the number of rows */
async function copyTable(
  { name, columns }: Table,
  source: pg.Client,
  target: pg.Client,
  folder: string,
): Promise<number> {
  const path = join(folder, `${name}.copy`);
  const what = `${pg.escapeIdentifier(name)} (${columns.map(pg.escapeIdentifier).join(', ')})`;
  // A file of the servers: neither the rows nor the file pass through this process.
  await source.query(`copy ${what} to ${pg.escapeLiteral(path)}`);
  await target.query(`copy ${what} from ${pg.escapeLiteral(path)}`);
  await rm(path);
  const [before, after] = [await countRows(source, name), await countRows(target, name)];
  if (before !== after) throw new Error(`Table ${name} has ${before} rows, and its copy ${after}.`);
  return after;
}

async function countRows(client: pg.Client, table: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`select count(*) from ${pg.escapeIdentifier(table)}`);
  return Number(rows[0]?.count);
}

async function copySequences(source: pg.Client, target: pg.Client): Promise<void> {
  const { rows } = await source.query<{ name: string; last: string }>(
    `select quote_ident(sequencename) as name, last_value::text as last from pg_sequences
     where schemaname = 'public' and last_value is not null`,
  );
  for (const { name, last } of rows) await target.query('select setval($1, $2)', [name, last]);
}
