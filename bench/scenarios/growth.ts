import { hash, randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Database } from '#adapters/postgres/database/database.ts';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import { claimDueFiles } from '#adapters/postgres/files/file-claims.ts';
import { deleteFiles } from '#adapters/postgres/files/file-commands.ts';
import { expireLeases } from '#adapters/postgres/files/file-leases.ts';
import { listFiles } from '#adapters/postgres/files/file-lists.ts';
import type { FileFilter } from '#adapters/postgres/files/file-matches.ts';
import { takeDueRings } from '#adapters/postgres/files/file-rings.ts';
import { fileStats } from '#adapters/postgres/files/stats.ts';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { createLogger } from '#platform/logger.ts';
import { insertManyFiles } from '../../test/support/many-rows.ts';
import { atMost, type Figure, median } from '../figure.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { removeLater } from '../system.ts';

const logger = createLogger('bench', { level: 'warn', format: 'json' });
const small = 10_000;

export const growth: Scenario = {
  name: 'growth',
  title: 'claim, list, stats, reconcile and delete with 5 million rows, against 10 thousand',
  async run(bench) {
    return await compare('growth', bench.quick ? 100_000 : 5_000_000, bench);
  },
};

/** Takes more than 30 GB of disk while it runs. */
export const moreGrowth: Scenario = {
  name: 'more-growth',
  title: 'claim, list, stats, reconcile and delete with 25 million rows, against 10 thousand',
  onlyWhenAsked: true,
  async run(bench) {
    return await compare('more-growth', bench.quick ? 100_000 : 25_000_000, bench);
  },
};

async function compare(prefix: string, rows: number, bench: Bench): Promise<Figure[]> {
  const [few, many] = await timesByRows([small, rows], bench);
  return Object.keys(work).map((name) =>
    atMost({ name: `${prefix}-${name}`, unit: 'ms', value: many?.get(name) ?? 0 }, few?.get(name) ?? 0, 1.5),
  );
}

/** Milliseconds of each kind of work, by its name, with so many rows; the sizes take turns. */
export async function timesByRows(sizes: readonly number[], bench: Bench): Promise<Map<string, number>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'filemill-bench-'));
  removeLater(folder);
  await using postgres = await startEmbeddedPostgres({ dataDir: folder });
  await using opened = new AsyncDisposableStack();
  const sides: Databases[] = [];
  for (const files of sizes) sides.push(opened.use(await filled(files, postgres.adminUrl, bench)));
  const times = sides.map(() => new Map<string, number>());
  for (const [name, once] of Object.entries(work)) {
    const each = sides.map((): number[] => []);
    for (let n = 0; n < 60; n++)
      for (const [side, databases] of sides.entries()) {
        const startedAt = performance.now();
        await once(databases);
        if (n >= 10) each[side]?.push(performance.now() - startedAt);
      }
    for (const [side, known] of times.entries()) known.set(name, median(each[side] ?? []));
  }
  for (const [side, files] of sizes.entries())
    bench.note(`${files}: ${[...(times[side] ?? [])].map(([name, ms]) => `${name} ${ms.toFixed(2)} ms`).join(', ')}`);
  return times;
}

/** Rare rows are as many as in the smaller table, so that searches differ and their results do not. */
const filters: readonly (readonly [FileFilter, limit: number])[] = [
  [{}, 51],
  [{ statuses: ['FAILED'] }, 51],
  [{ statuses: ['PENDING', 'COMPLETED'] }, 51],
  [{ mimeType: 'image/x-rare' }, small / 1_000],
  [{ errorCode: 'analyzer_error' }, 51],
  [{ sha256: 'ab'.repeat(32) }, 51],
  [{ createdBefore: new Date(Date.now() - small) }, 51],
];

/** In the name of the 7,000th file, and of no other. */
const nameOfOne = hash('md5', '7000').slice(0, 12);

interface Databases extends AsyncDisposable {
  readonly database: Database;
  readonly searches: Database;
  readonly ids: string[];
}

/** One time each, of what is measured. */
const work: Record<string, (databases: Databases) => Promise<unknown>> = {
  claim: async ({ database, ids }) => {
    const claimant = { worker: 'bench', leaseToken: randomUUID(), leaseMs: 600_000 };
    ids.push(...(await claimDueFiles(database, 16, claimant)).map(({ id }) => id));
  },
  list: async ({ searches }) => {
    for (const [filter, limit] of filters) await listFiles(searches, undefined, filter, { limit });
  },
  'list-name': async ({ searches }) => await listFiles(searches, undefined, { nameContains: nameOfOne }, { limit: 51 }),
  stats: async ({ database }) => await fileStats(database),
  reconcile: async ({ database }) => [await takeDueRings(database, 100), await expireLeases(database, 100)],
  delete: async ({ database, ids }) => await deleteFiles(database, ids.splice(0, 4), undefined),
};

/** A database with so many rows. */
async function filled(files: number, adminUrl: string, { note }: Bench): Promise<Databases> {
  const url = await freshDatabase(adminUrl, `growth_${files}`);
  const began = performance.now();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await insertManyFiles(client, files);
  await client.query('checkpoint');
  await client.end();
  note(`${files} rows made in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  const database = new Database({ url, poolSize: 4, logger });
  const searches = new Database({ url, poolSize: 4, kind: 'reads', logger });
  const end = async () => void (await Promise.all([database, searches].map((each) => each[Symbol.asyncDispose]())));
  return { database, searches, ids: [], [Symbol.asyncDispose]: end };
}

async function freshDatabase(adminUrl: string, name: string): Promise<string> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(adminUrl);
  url.pathname = name;
  await migrate(url.href);
  return url.href;
}
