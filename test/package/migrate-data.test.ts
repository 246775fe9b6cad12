import assert from 'node:assert/strict';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import pg from 'pg';
import { migrate, migrateLike } from '#adapters/postgres/database/migrate.ts';
import { prepareDatabase } from '#adapters/postgres/database/prepare-database.ts';
import { clusters, initCluster } from '#local/postgres/cluster.ts';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { binariesForAll, fetchPostgres } from '#local/postgres/postgres-binaries.ts';
import { type Credentials, databaseUrl, loadCredentials } from '#local/postgres/postgres-credentials.ts';
import { startServer, stopServer, untilAnswering } from '#local/postgres/postgres-server.ts';
import { unprivilegedCommand } from '#local/postgres/unprivileged.ts';
import { never } from '#platform/abort.ts';
import { filemill } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { testFolder } from '../support/start-services.ts';

/** The migrations that PostgreSQL 17 understands, and what they use of PostgreSQL 18. */
const earlyMigrations = ['0001_files', '0002_files_that_run_alone'];
const shim = `create function public.uuidv7() returns uuid language sql as 'select gen_random_uuid()'`;

const rows = 5_000;

const folder = await testFolder();
const dataDir = join(folder.path, 'data');
const postgres = join(dataDir, 'postgres');
let credentials: Credentials;
let oldBin = '';
after(() => folder[Symbol.asyncDispose]());

/** A Filemill of earlier days: its data is that of PostgreSQL 17. */
before(async () => {
  await mkdir(postgres, { recursive: true });
  const fetched = await fetchPostgres(17, join(folder.path, 'postgres-17'), never);
  const prefix = await unprivilegedCommand(postgres);
  const binaries = prefix[0] === 'setpriv' ? await binariesForAll(fetched) : fetched;
  oldBin = join(fetched.postgres, '..');
  credentials = await loadCredentials(postgres);
  await initCluster({ initdb: [...prefix, binaries.initdb], folder: postgres, credentials, signal: never });
  await rename(join(postgres, clusters.fresh), join(postgres, clusters.current));
  const { port } = credentials;
  const server = await startServer({ binaries, prefix, folder: postgres, cluster: clusters.current, port });
  await untilAnswering(databaseUrl(credentials, 'postgres'), server, () => undefined, never);
  const url = databaseUrl(credentials, 'file_processor');
  await prepareDatabase(databaseUrl(credentials, 'postgres'), url);
  await query(url, shim);
  await migrateLike(url, earlyMigrations);
  await query(
    url,
    `insert into files (filename, size, max_attempts, storage_key)
     select 'file ' || n, n, 3, gen_random_uuid() from generate_series(1, ${rows}) as n`,
  );
  await stopServer(server);
});

async function query(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const migrateData = (...args: string[]) => filemill(['migrate-data', '--data-dir', dataDir, ...args], { server: '' });

it('is refused by `up`, which names the command', async () => {
  await assert.rejects(
    startEmbeddedPostgres({ dataDir: postgres }),
    /made by PostgreSQL 17.*npx filemill migrate-data/,
  );
});

it('needs the programs of the very version', async () => {
  const refused = await migrateData('--old-bin', folder.path);
  assert.equal(refused.code, 2, refused.stderr);
  assert.match(refused.stderr, /--old-bin: .*postgres cannot be run/);
});

it('leaves the old data as it was when it is killed half-way', async () => {
  const killed = await filemill(['migrate-data', '--data-dir', dataDir, '--old-bin', oldBin], {
    server: '',
    onStderr: (said, kill) => /: \d+ rows/.test(said) && kill('SIGKILL'),
  });
  assert.equal(killed.code, null, killed.stderr);
  await access(join(postgres, clusters.current, 'PG_VERSION'));
});

it('carries everything over, with PostgreSQL 17 from npm, and keeps the old data', async () => {
  const done = await migrateData();
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, new RegExp(`files: ${rows} rows`));
  assert.match(done.stderr, /The old data is in .*data\.17/);
  assert.deepEqual((await readdir(postgres)).filter((name) => name.startsWith('data')).sort(), ['data', 'data.17']);
  await isComplete();
  assert.match((await migrateData()).stderr, /nothing to carry over/);
});

it('is completed by the next start when it was killed between its two renames', async () => {
  await eventually(
    'the server has ended',
    async () => !(await readdir(join(postgres, 'data'))).includes('postmaster.pid'),
  );
  await rename(join(postgres, clusters.current), join(postgres, clusters.complete));
  await isComplete();
  await rm(join(postgres, 'data.17'), { recursive: true });
});

/** The new server has every row, and the schema of today with its rights. */
async function isComplete(): Promise<void> {
  await using server = await startEmbeddedPostgres({ dataDir: postgres });
  await migrate(server.url);
  const [{ count, size } = {}] = await query(
    server.serviceUrls.metadata,
    'select count(*)::int, sum(size)::int as size from files',
  );
  assert.deepEqual([count, size], [rows, (rows * (rows + 1)) / 2]);
}
