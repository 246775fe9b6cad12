import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { connectTo } from '#adapters/postgres/database/connect.ts';
import { Database, sqlState } from '#adapters/postgres/database/database.ts';
import { migrate, migrationStatus } from '#adapters/postgres/database/migrate.ts';
import { prepareDatabase } from '#adapters/postgres/database/prepare-database.ts';
import { ChangeFeed } from '#adapters/postgres/upkeep/change-feed.ts';
import type { FileWithResultJson, StatsJson } from '#contract/schemas.ts';
import { FilemillError } from '#domain/errors.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, startCluster, workingServices } from '../support/cluster.ts';
import { createFile } from '../support/files.ts';
import { testFolder } from '../support/start-services.ts';
import { testDatabase } from '../support/stores.ts';
import { Up } from '../support/up.ts';
import { type PoolMode, startPgBouncer } from './support/pgbouncer.ts';

const logger = createLogger('test', { level: 'silent', format: 'json' });

/** In session mode each of our connections holds one to the server, so there PgBouncer's default has to do. */
const modes: readonly {
  readonly pool_mode: PoolMode;
  readonly default_pool_size?: number;
  readonly notified: boolean;
}[] = [
  { pool_mode: 'session', notified: true },
  { pool_mode: 'transaction', default_pool_size: 2, notified: false },
];

for (const { notified, ...settings } of modes)
  describe(`behind PgBouncer in ${settings.pool_mode} mode`, () => {
    const resources = new AsyncDisposableStack();
    let direct: string;
    let pooled: string;

    before(async () => {
      const database = resources.use(await testDatabase({ migrated: false }));
      direct = database.url;
      pooled = resources.use(await startPgBouncer(direct, settings)).through(direct);
    });
    after(() => resources.disposeAsync());

    it('role and database are made through it', async () => {
      const name = `prepared_${randomBytes(6).toString('hex')}`;
      const wanted = Object.assign(new URL(direct), { pathname: `/${name}`, username: name, password: 'secret' });
      await prepareDatabase(pooled, wanted.href);
      const made = new pg.Client({ connectionString: wanted.href });
      await made.connect();
      await made.end();
      await using admin = await connectTo(direct);
      for (const what of ['database', 'role']) await admin.client.query(`drop ${what} ${name}`);
    });

    it('migrations that two start at once are applied once each', async () => {
      const applied = (await Promise.all([migrate(pooled), migrate(pooled)])).flat();
      const status = await migrationStatus(pooled);
      assert.deepEqual(
        applied.sort(),
        status.map(({ name }) => name),
      );
    });

    for (const { kind, reason } of [
      { kind: 'points', reason: 'OVERLOADED' },
      { kind: 'reads', reason: 'FILTER_TOO_BROAD' },
    ] as const)
      it(`a statement of kind ${kind} runs under its settings, and other clients do not inherit them`, async () => {
        await using database = new Database({ url: pooled, poolSize: 2, kind, logger });
        const names = ['statement_timeout', 'enable_seqscan', 'random_page_cost', 'enable_hashjoin'];
        const text = `select name, current_setting(name) as value from unnest($1::text[]) as n (name)`;
        const ours = await database.query<{ name: string; value: string }>({ name: 'settings', text }, [names]);
        assert.deepEqual(
          Object.fromEntries(ours.map(({ name, value }) => [name, value])),
          {
            points: { statement_timeout: '10s', enable_seqscan: 'off', random_page_cost: '4', enable_hashjoin: 'off' },
            reads: { statement_timeout: '3s', enable_seqscan: 'off', random_page_cost: '1.1', enable_hashjoin: 'on' },
          }[kind],
        );
        await assert.rejects(database.query({ text: 'select pg_sleep(60)' }), (error) => {
          assert(error instanceof FilemillError);
          assert.deepEqual([error.reason, sqlState(error)], [reason, '57014']);
          return true;
        });
        for (const { name, value } of await asOthers(pooled, text, names))
          assert.equal(value, { statement_timeout: '0', random_page_cost: '4' }[name] ?? 'on', name);
      });

    it('a listener is told of changes', async () => {
      await using database = new Database({ url: pooled, poolSize: 2, logger });
      await using feed = new ChangeFeed({ url: pooled, database, logger });
      await nextTell(feed);
      assert.equal(feed.isNotified, notified);
      const told = nextTell(feed);
      await createFile(database);
      await told;
    });

    it('with a direct way for it, a listener is notified', async () => {
      await using database = new Database({ url: pooled, poolSize: 2, logger });
      await using feed = new ChangeFeed({ url: direct, database, logger });
      await nextTell(feed);
      assert.equal(feed.isNotified, true);
    });

    it('`filemill up` starts, completes a file, and ends well', async () => {
      await using folder = await testFolder();
      const path = join(folder.path, 'two.txt');
      await writeFile(path, 'two words');
      await using up = new Up(join(folder.path, 'data'), ['--exit', '--json', path], { FILEMILL_DATABASE_URL: pooled });
      assert.equal(await up.ended(), 0, up.stderr);
      assert.match(up.stdout, /"status":"COMPLETED"/);
    });

    describe('the services', () => {
      let system: Cluster;
      const run = (...args: string[]) => filemill(args, { server: system.target('upload') });

      before(async () => {
        system = resources.use(
          await startCluster({
            services: workingServices,
            settings: { FILEMILL_DATABASE_URL: pooled, FILEMILL_MAX_ATTEMPTS: '1' },
          }),
        );
      });

      it('complete many files that come at once', async () => {
        const folder = resources.use(await testFolder()).path;
        await mkdir(join(folder, 'many'));
        for (let n = 0; n < 400; n++) await writeFile(join(folder, 'many', `${n}.txt`), `file ${n}`);
        const runs = await Promise.all(
          ['a', 'b', 'c', 'd'].map(() => run('upload', join(folder, 'many'), '--wait', '--json')),
        );
        for (const { code, stderr, lines } of runs) {
          assert.equal(code, 0, stderr);
          assert.equal(lines<FileWithResultJson>().filter(({ status }) => status === 'COMPLETED').length, 400);
        }
      });

      it('list, count, watch, retry and delete', async () => {
        await system.service('worker').stop();
        const path = join(resources.use(await testFolder()).path, 'doomed.txt');
        await writeFile(path, 'doomed '.repeat(10_000));
        const [{ id } = { id: '' }] = (await run('upload', path, '--json')).lines<FileWithResultJson>();
        await rm(join(system.storageDir, 'objects'), { recursive: true });
        const watching = run('watch', id, '--json');
        await system.start('worker');
        const { lines } = await watching;
        assert.equal(lines<FileWithResultJson>().at(-1)?.error?.code, 'blob_missing');
        const listed = await run('list', '--error', 'blob_missing', '--name', 'doomed', '--json');
        assert.deepEqual(
          listed.lines<FileWithResultJson>().map((file) => file.id),
          [id],
        );
        const [stats] = (await run('stats', '--json')).lines<StatsJson>();
        assert((stats?.statuses.FAILED?.files ?? 0) > 0);
        assert.deepEqual((await run('retry', id, '--json')).lines(), [{ id, outcome: 'RETRIED' }]);
        assert.equal((await run('wait', id)).code, 3);
        assert.deepEqual((await run('delete', id, '--yes', '--json')).lines(), [{ id, outcome: 'DELETED' }]);
        assert.equal((await run('get', id)).code, 4);
      });

      it('tell doctor of it', async () => {
        const { code, stdout } = await run('doctor');
        assert.equal(code, 0, stdout);
        assert.match(stdout, notified ? /through a pooler\n/ : /through a pooler that passes no notifications on/);
      });

      it('end a search that takes too long as FILTER_TOO_BROAD', async () => {
        using channel = new RpcChannel(system.target('upload'));
        const blocking = new pg.Client({ connectionString: direct });
        await blocking.connect();
        try {
          await blocking.query('begin; lock table files in access exclusive mode');
          await assert.rejects(channel.client(MetadataService).listFiles({}), { reason: 'FILTER_TOO_BROAD' });
        } finally {
          await blocking.end();
        }
      });
    });
  });

it('a connection for which the pooler has no session left is refused as OVERLOADED', async () => {
  await using stored = await testDatabase();
  await using pooler = await startPgBouncer(stored.url, { pool_mode: 'session', default_pool_size: 1 });
  await using database = new Database({ url: pooler.through(stored.url), poolSize: 2, logger });
  const first = database.query({ text: 'select pg_sleep(7)' });
  await assert.rejects(database.query({ text: 'select 1' }), { reason: 'OVERLOADED' });
  await first;
});

it('statement mode is refused by PgBouncer when the schema is migrated, in a sentence', async () => {
  await using database = await testDatabase({ migrated: false });
  await using pooler = await startPgBouncer(database.url, { pool_mode: 'statement' });
  await assert.rejects(
    migrate(pooler.through(database.url)),
    /transaction blocks not allowed in statement pooling mode/,
  );
});

/** As any other client of the pool, on several connections at a time so that each session of a small pool is seen. */
async function asOthers(
  url: string,
  text: string,
  values: readonly string[],
): Promise<{ name: string; value: string }[]> {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  try {
    const asked = [1, 2].map(() => pool.query<{ name: string; value: string }>(text, [values]));
    return (await Promise.all(asked)).flatMap(({ rows }) => rows);
  } finally {
    await pool.end();
  }
}

async function nextTell(feed: ChangeFeed): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _ = feed.listen(resolve);
  await promise;
}
