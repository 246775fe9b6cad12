import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { createLogger } from '#platform/logger.ts';
import { insertManyFiles } from '#test/support/many-rows.ts';
import { explainStatement, outline, type PlanNode, scansOf } from '#test/support/query-plan.ts';
import { testDatabase } from '#test/support/stores.ts';
import { holdBatches, unfinishedOfBatch } from '../batches/batch-holds.ts';
import { setBatchPriority } from '../batches/batch-priority.ts';
import { holdTenants, unfinishedOfTenant } from '../batches/tenant-holds.ts';
import { Database, type Reader, type Statement } from '../database/database.ts';
import { sampleBacklog } from '../history/history.ts';
import type { FoundFilter } from '../results/found.ts';
import { getResults, resultsStatement } from '../results/results.ts';
import { getAttempts } from './attempts.ts';
import { facetsStatement } from './facets.ts';
import { claimDueFiles, claimFilesInTurn } from './file-claims.ts';
import { expireLeases, forgetEndedClaims } from './file-leases.ts';
import { listStatement } from './file-lists.ts';
import type { FileFilter } from './file-matches.ts';
import { changedFiles, endedFiles, getFiles, locateFile } from './file-queries.ts';
import { takeDueRings } from './file-rings.ts';
import { sortedStatement } from './sorted-files.ts';
import { moved, movedEach } from './state-tables.ts';
import { fileStats, latestDurations, latestDurationsOfTenant } from './stats.ts';

const files = 60_000;
/** Whose files are looked for: everybody's, those of the tenant that has most, of one with few, and of one with none. */
const tenants = [undefined, 'default', 'small', 'nobody'];
const dayMs = 24 * 60 * 60 * 1_000;

/** What was found in a few files, and in many. */
const found: Record<string, FoundFilter> = {
  'every type': {},
  'a rare type': { mimeType: 'image/x-rare' },
  'a family of rare types': { mimeType: 'image/*' },
  'a frequent type': { mimeType: 'text/plain' },
  'a family of frequent types': { mimeType: 'text/*' },
  'a rare language': { language: 'de' },
  'a frequent language': { language: 'en' },
  'a language that there is not': { language: 'xx' },
  'encrypted content': { encrypted: true },
  'content that is not encrypted': { encrypted: false },
  'an extension of another type': { extensionMismatch: true },
  'an extension of its type': { extensionMismatch: false },
  'an error of an analyser': { findingError: 'any' },
  'one of these errors': { findingError: 'damaged' },
  'one that there is not': { findingError: 'crashed' },
  'a rare language and a frequent type': { language: 'de', mimeType: 'text/plain' },
  'a frequent type that is encrypted': { encrypted: true, mimeType: 'text/*' },
};

/** Filters, alone and combined, for which a list needs an index. */
const filters: Record<string, FileFilter> = {
  nothing: {},
  'a rare state': { statuses: ['FAILED'] },
  'what is worked on': { statuses: ['PROCESSING'] },
  'most states': { statuses: ['PENDING', 'COMPLETED', 'FAILED'] },
  'a rare type': { mimeType: 'image/x-rare' },
  'a family of types': { mimeType: 'image/*' },
  'a frequent type': { mimeType: 'text/plain' },
  'an error': { errorCode: 'analyzer_error' },
  'an error that there is not': { errorCode: 'blob_missing' },
  'a part of a name': { nameContains: '9f3a7' },
  'a hash': { sha256: 'ab'.repeat(32) },
  'a time': { createdFrom: new Date(Date.now() - 8 * dayMs), createdBefore: new Date(Date.now() - 7 * dayMs) },
  'an error and a declared type': { errorCode: 'analyzer_error', mimeType: 'image/x-rare' },
  'a part of a name, typed': { text: '9f3a7' },
  'what all names have, typed': { text: 'txt' },
  'the beginning of a hash, typed': { text: 'abcdef01' },
  'the beginning of a rare type, typed': { text: 'image/x' },
  'the beginning of a frequent type, typed': { text: 'text/' },
  'an id, typed': { text: '01980000-0000-7000-8000-000000000000' },
  'a rare state and a name, typed': { statuses: ['FAILED'], text: '9f3a7' },
  'a batch': { batch: 'none' },
  'a batch and its failures': { batch: 'none', statuses: ['FAILED'] },
  'a batch and what is completed': { batch: 'none', statuses: ['COMPLETED'], mimeType: 'text/plain' },
  'a state and a name': { statuses: ['FAILED'], nameContains: '9f3a7' },
};

let database: Awaited<ReturnType<typeof testDatabase>>;
let searches: Database;
let points: Database;
before(async () => {
  database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await insertManyFiles(client, files);
  await client.end();
  const logger = createLogger('test', { level: 'silent', format: 'json' });
  searches = new Database({ url: database.url, poolSize: 1, kind: 'reads', logger });
  points = new Database({ url: database.url, poolSize: 1, logger });
});
after(async () => {
  await searches[Symbol.asyncDispose]();
  await points[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

for (const tenant of tenants)
  describe(`A page of files of ${tenant ?? 'all tenants'}`, () => {
    const ofFound = Object.entries(found).map(([what, { mimeType, ...findings }]) => {
      return [what, { ...(mimeType !== undefined && { mimeType }), findings }] as const;
    });
    for (const [what, filter] of [...Object.entries(filters), ...ofFound])
      it(`by ${what} reads a small part of the tables`, async () => {
        const plan = await explain(filter, tenant);
        const scanned = scansOf(plan).filter(({ rows }) => rows > files / 10);
        assert.deepEqual(scanned, [], outline(plan));
      });
  });

for (const tenant of tenants)
  describe(`The newest files of ${tenant ?? 'all tenants'}`, () => {
    for (const [what, filter] of Object.entries(filters))
      it(`by ${what} are counted and sorted without reading the tables`, async () => {
        const sort = { by: 'word_count', order: 'desc' } as const;
        const { text: counting, values: counted } = facetsStatement(filter, undefined, tenant);
        const { text: sorting, values: sorted } = sortedStatement(filter, { sort, limit: 51 }, tenant);
        for (const statement of [
          [{ text: counting }, counted],
          [{ text: sorting }, sorted],
        ] as const) {
          const plan = await explainStatement([...statement], searches.as(tenant));
          const scanned = scansOf(plan).filter(({ rows }) => rows > files / 4);
          assert.deepEqual(scanned, [], outline(plan));
        }
      });
  });

for (const tenant of tenants)
  describe(`A page of results of ${tenant ?? 'all tenants'}`, () => {
    for (const [what, filter] of Object.entries(found))
      it(`of ${what} reads a small part of the tables`, async () => {
        const last = await explainStatement(resultsStatement(filter, tenant, [], 'desc limit 51'), searches.as(tenant));
        const first = await explainStatement(resultsStatement(filter, tenant, [], 'limit 51'), searches.as(tenant));
        for (const plan of [last, first])
          assert.deepEqual(
            scansOf(plan).filter(({ rows }) => rows > files / 10),
            [],
            outline(plan),
          );
      });
  });

it('the durations of the latest results read the latest results, and their files by key', async () => {
  const plan = await explainStatement([latestDurations, []], points);
  assert.deepEqual(
    scansOf(plan).map(({ table, by, rows }) => [table, by, rows]),
    [
      ['results', 'Index Scan', 1_000],
      ['files', 'Index Scan', 1_000],
    ],
    outline(plan),
  );
});

for (const tenant of ['default', 'small', 'nobody'])
  it(`the durations of the latest files of ${tenant} read these files alone`, async () => {
    const plan = await explainStatement([latestDurationsOfTenant, []], points.as(tenant));
    assert.ok(
      scansOf(plan).every(({ by, rows }) => /Index/.test(by) && rows <= 1_000),
      outline(plan),
    );
  });

const rowsAsked = 50;

/** What answers about files by their ids. */
const byIds: Readonly<Record<string, (reader: Reader, ids: readonly string[]) => Promise<unknown>>> = {
  getFiles,
  getAttempts,
  getResults,
  endedFiles,
  changedFiles: (reader, ids) => changedFiles(reader, new Map(ids.map((id) => [id, '']))),
  locateFile: (reader, [id = '']) => locateFile(reader, id),
};

for (const [what, read] of Object.entries(byIds))
  for (const tenant of tenants)
    it(`${what} of ${tenant ?? 'all tenants'} reads these files alone`, async () => {
      const rows = await points.query<{ id: string }>({
        text: `select id from files order by storage_key limit ${rowsAsked}`,
      });
      const plans: PlanNode[] = [];
      const query = async ({ text }: Statement, values: readonly unknown[] = []) => {
        plans.push(await explainStatement([{ text }, values], points.as(tenant)));
        return [];
      };
      await read(
        { tenant, query },
        rows.map(({ id }) => id),
      );
      assert.equal(plans.length, 1);
      for (const plan of plans)
        assert.ok(
          scansOf(plan).every(({ by, rows }) => /Index/.test(by) && rows <= 2 * rowsAsked),
          outline(plan),
        );
    });

/** What looks for files by their state, and how many of them it may meet. */
const byState: Readonly<Record<string, readonly [(database: Database) => Promise<unknown>, number]>> = {
  claimDueFiles: [(database) => claimDueFiles(database, 16, claimant()), 5 * 16],
  claimFilesInTurn: [(database) => claimFilesInTurn(database, queuesInTurn, claimant()), 5 * 16],
  fileStats: [(database) => fileStats(database), 2_100],
  expireLeases: [(database) => expireLeases(database, 100), 100],
  forgetEndedClaims: [(database) => forgetEndedClaims(database), 100],
  takeDueRings: [(database) => takeDueRings(database, 100), 2_200],
  sampleBacklog: [(database) => sampleBacklog(database), 50],
  setBatchPriority: [(database) => setBatchPriority(database, 'default', 'empty', 'bulk'), 10],
  holdBatches: [(database) => holdBatches(database), 10],
  holdTenants: [(database) => holdTenants(database), 10],
  unfinishedOfBatch: [(database) => unfinishedOfBatch(database, 'default', 'empty'), 50],
  unfinishedOfTenant: [(database) => unfinishedOfTenant(database, 'nobody'), 50],
};

const claimant = () => ({ worker: 'w', leaseToken: crypto.randomUUID(), leaseMs: 15_000 });
/** Nothing waits in the first two. */
const queuesInTurn = [
  { state: 'INTERACTIVE', tenant: 'default', share: 8 },
  { state: 'PENDING', tenant: 'nobody', share: 8 },
  { state: 'PENDING', tenant: 'default', share: 8 },
] as const;

for (const [when, prepare] of [
  ['', async () => undefined],
  [', even if nothing was in a state when PostgreSQL last looked', async () => await seemEmpty()],
] as const)
  for (const [what, [call, atMost]] of Object.entries(byState))
    it(`${what} meets no more files than it asks for${when}`, async () => {
      await prepare();
      await points.query({
        text: `insert into batches (tenant, name, hold) values ('default', 'empty', 'PAUSED'), ('default', 'full', 'RESUMING') on conflict do nothing`,
      });
      await points.query({
        text: `insert into tenant_holds (tenant, hold) values ('nobody', 'PAUSED'), ('none', 'RESUMING') on conflict do nothing`,
      });
      const plans: PlanNode[] = [];
      const query = async ({ name, text }: Statement, values: readonly unknown[] = []) => {
        plans.push(await explainStatement([{ text }, values], points));
        return name?.endsWith('held') ? [{}] : [];
      };
      await call({ query } as unknown as Database);
      const met = plans.map((plan) => scansOf(plan).filter(({ table }) => table === 'files'));
      assert.ok(
        met.flat().reduce((sum, { rows }) => sum + rows, 0) <= atMost,
        plans.map((plan) => outline(plan)).join('\n'),
      );
    });

for (const [what, leaving] of [
  ['one state', moved('m', 'PENDING', 'COMPLETED')],
  ['states of their own', movedEach('m')],
] as const)
  it(`files that leave ${what} are found by key, even if nothing was in a state when PostgreSQL last looked`, async () => {
    await seemEmpty();
    const text = `
      with m as (
        select id, size, tenant, batch, priority, status as was, error_code as was_error, 'COMPLETED' as status, null as error_code
        from files where status = 'PENDING' order by id limit 50
      ), ${leaving} select from m`;
    const plan = await explainStatement([{ text }, []], points);
    const looked = scansOf(plan).filter(({ table, by }) => table === 'file_states' && by.includes('Scan'));
    assert.equal(
      looked.reduce((sum, { rows }) => sum + rows, 0),
      50,
      outline(plan),
    );
    await points.query({
      text: "delete from files where id in (select id from files where status = 'PENDING' order by id limit 50)",
    });
  });

it('a search that takes too long ends, and says that asking again is no use', async () => {
  const error = searches.query({ text: 'select pg_sleep(60)' });
  await assert.rejects(error, { reason: 'FILTER_TOO_BROAD', retryAfterMs: undefined });
});

/** Has PostgreSQL believe that nothing is PENDING, PAUSED or FAILED, as after an analysis at such a moment. */
async function seemEmpty(): Promise<void> {
  await points.query({
    text: `select pg_restore_relation_stats('schemaname', 'public', 'relname', 'file_states', 'relpages', 900, 'reltuples', 0::real)`,
  });
}

async function explain(filter: FileFilter, tenant: string | undefined): Promise<PlanNode> {
  const { text, values } = listStatement(filter, { limit: 51 }, tenant);
  return await explainStatement([{ text }, values], searches.as(tenant));
}
