/**
 * Whether partitions by time would pay for `files` (ADR 48): one table of 400,000 rows, and the same in ten partitions of ranges
 * of ids, with the same unique key of its own. Prints a line for each way.
 *
 *     node bench/baselines/partitions.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';

const partitions = 10;
const rowsEach = 40_000;
const batch = 1_000;

const folder = await mkdtemp(join(tmpdir(), 'filemill-partitions-'));
try {
  await using postgres = await startEmbeddedPostgres({ dataDir: folder });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  for (const table of ['plain', 'parted']) console.log(JSON.stringify(await measure(client, table)));
  await client.end();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(client: pg.Client, table: string) {
  const isParted = table === 'parted';
  await client.query(`
    create table ${table} (id bigint primary key, key uuid not null, filename text not null, status text not null)
    ${isParted ? 'partition by range (id)' : ''}`);
  for (let n = 0; isParted && n < partitions; n++)
    await client.query(`
      create table parted_${n} partition of parted for values from (${n * rowsEach}) to (${(n + 1) * rowsEach})`);
  // PostgreSQL makes a unique index of a whole partitioned table only if it holds the key of the partitions.
  for (const name of isParted ? Array.from({ length: partitions }, (_, n) => `parted_${n}`) : [table])
    await client.query(`create unique index on ${name} (key)`);
  const inserted = await timed(() => insertAll(client, table));
  await client.query(`analyze ${table}`);
  const { rows } = await client.query<{ key: string }>(`select key from ${table} tablesample system (1) limit 1000`);
  const found = await timed(async () => {
    for (const { key } of rows)
      await client.query({ name: `find-${table}`, text: `select id from ${table} where key = $1`, values: [key] });
  });
  const removed = await timed(() => (isParted ? client.query('drop table parted_0') : deleteOldest(client, table)));
  return {
    table,
    insertedPerSecond: Math.round((partitions * rowsEach) / (inserted / 1_000)),
    lookupByKeyMs: Number((found / rows.length).toFixed(3)),
    removingATenthMs: Math.round(removed),
  };
}

async function insertAll(client: pg.Client, table: string): Promise<void> {
  for (let first = 0; first < partitions * rowsEach; first += batch)
    await client.query({
      name: `insert-${table}`,
      text: `
        insert into ${table} select n, gen_random_uuid(), 'file ' || n, 'COMPLETED'
        from generate_series($1::bigint, $1::bigint + ${batch - 1}) n`,
      values: [first],
    });
}

/** Deletes as the janitor does: by ids, in batches. */
async function deleteOldest(client: pg.Client, table: string): Promise<void> {
  for (let first = 0; first < rowsEach; first += batch)
    await client.query(`delete from ${table} where id in (select id from ${table} order by id limit ${batch})`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
