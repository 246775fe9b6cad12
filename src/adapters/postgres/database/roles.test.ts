import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { createLogger } from '#platform/logger.ts';
import { claimFile, createFile, finding, openTestDatabase } from '#test/support/files.ts';
import { saveResults } from '../files/file-completion.ts';
import { failAttempts } from '../files/file-leases.ts';
import { sampleBacklog } from '../history/history.ts';
import { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { createRoles, requireTenantRole, serviceRoles, tenantRole } from './roles.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let database: Database;
let client: pg.Client;

before(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  client = new pg.Client({ connectionString: opened.url });
  await client.connect();
  for (const tenant of ['mine', 'theirs']) await makeFiles(tenant);
  await sampleBacklog(database);
});
after(async () => {
  await client.end();
  await opened[Symbol.asyncDispose]();
});

/** One that is COMPLETED, one FAILED, one PROCESSING and one PENDING. */
async function makeFiles(tenant: string): Promise<void> {
  const [completed, failed, processing] = await Promise.all(
    [1, 2, 3].map(async () => await claimFile(database, await createFile(database, { tenant }))),
  );
  if (completed === undefined || failed === undefined || processing === undefined) throw new Error('not claimed');
  await saveResults(database, [finding(completed)]);
  await failAttempts(database, [{ ...failed, errorCode: 'analyzer_error', errorMessage: '', permanent: true }]);
  await createFile(database, { tenant });
}

/** What the role of tenants may read at all, and how many rows belong to one of them. */
const readable = {
  files: 4,
  file_states: 2,
  file_changes: 9,
  history: 3,
  results: 1,
  attempts: 1,
  own_files: 4,
  own_results: 1,
  own_claims: 3,
} as const;

describe('A statement without any filter, for a tenant,', () => {
  for (const [table, rows] of Object.entries(readable)) {
    it(`reads that tenant's rows of ${table} alone`, async () => {
      const [row] = await database.as('mine').query<{ rows: number }>({ text: countOf(table) });
      assert.equal(row?.rows, rows);
      const [all] = await database.query<{ rows: number }>({ text: countOf(table.replace('own_', '')) });
      assert.ok((all?.rows ?? 0) >= 2 * rows, `${all?.rows} rows in all`);
    });

    it(`reads no rows of ${table} for a tenant that there is not, nor for none`, async () => {
      const [row] = await database.as('nobody').query<{ rows: number }>({ text: countOf(table) });
      assert.equal(row?.rows, 0);
      assert.equal((await as(tenantRole, countOf(table)))[0]?.rows, 0);
    });
  }

  it('counts the files of that tenant alone', async () => {
    const text =
      'select status, sum(files)::int as files from file_counts group by 1 having sum(files) <> 0 order by 1';
    const counts = await database.as('mine').query<{ status: string; files: number }>({ text });
    assert.deepEqual(
      counts.map(({ status, files }) => `${status} ${files}`),
      ['COMPLETED 1', 'FAILED 1', 'PENDING 1', 'PROCESSING 1'],
    );
  });

  it('leaves nothing behind in its connection', async () => {
    await database.as('mine').query({ text: 'select from files' });
    await assert.rejects(database.as('mine').query({ text: 'select 1 / 0' }));
    const rows = await database.query<{ user: string; tenant: string | null }>({
      text: `select current_user <> session_user as other, nullif(current_setting('filemill.tenant', true), '') as tenant`,
    });
    assert.deepEqual(rows, [{ other: false, tenant: null }]);
  });
});

const everyTable =
  'files, file_states, file_counts, file_changes, file_changes_kept, history, results, attempts, claims, workers, blob_deletions, upload_locks, tokens, audit, tenants, migrations'.split(
    ', ',
  );
const writes = (table: string) => [`delete from ${table}`, `truncate ${table}`, `insert into ${table} default values`];

/** What a role is refused. */
const forbidden: Readonly<Record<string, readonly string[]>> = {
  [tenantRole]: [
    ...everyTable.flatMap(writes),
    'delete from own_files',
    `update files set tenant = 'mine'`,
    'select from claims',
    'select from tokens',
    'select from workers',
    'select from blob_deletions',
    'select from upload_locks',
    'select from audit',
    'select from tenants',
    `select prune_audit(interval '9 days', 1)`,
    'create table mine (id int)',
  ],
  filemill_result: [
    ...['files', 'results', 'file_counts', 'file_changes', 'history'].map((table) => `delete from ${table}`),
    ...everyTable.map((table) => `truncate ${table}`),
    'insert into files default values',
    `update files set tenant = 'mine'`,
    `update files set storage_key = 'other'`,
    'update results set file_id = id',
    'select from tokens',
    'select from claims',
    'select from attempts',
    'select from tenants',
    'select from audit',
    `update audit set name = ''`,
    'delete from audit',
    `select prune_audit(interval '9 days', 1)`,
    'select from blob_deletions',
    'insert into blob_deletions default values',
    'alter table files disable row level security',
    'create table mine (id int)',
  ],
  filemill_metadata: [
    'insert into results default values',
    'update results set file_id = id',
    'delete from results',
    'delete from attempts',
    `update audit set name = ''`,
    'delete from audit',
    ...everyTable.map((table) => `truncate ${table}`),
    'insert into migrations default values',
    'alter table files disable row level security',
    'drop policy own_tenant on files',
    'create table mine (id int)',
  ],
};

for (const [role, statements] of Object.entries(forbidden))
  describe(`The role ${role}`, () => {
    for (const statement of statements)
      it(`may not ${statement}`, () => assert.rejects(as(role, statement), { code: '42501' }));
  });

describe('A function with the rights of the owner', () => {
  /** As whoever took a service over would: what `prune_audit` calls `audit`, with a trigger that the owner runs. */
  const disguise = [
    'create temporary table audit (id uuid)',
    `insert into audit values (uuidv7(interval '-90 days'))`,
    `create function pg_temp.take_over() returns trigger language plpgsql as $$
       begin raise exception 'run as %', current_user; end $$`,
    'create trigger take_over before delete on audit for each row execute function pg_temp.take_over()',
  ];

  it('takes no temporary table of its caller for that of the owner', async () => {
    await client.query('begin');
    try {
      await client.query('set local role filemill_metadata');
      for (const statement of disguise) await client.query(statement);
      const { rows } = await client.query(`select prune_audit(interval '30 days', 10)::int as pruned`);
      assert.deepEqual(rows, [{ pruned: 0 }]);
    } finally {
      await client.query('rollback');
    }
  });

  it('looks for tables where no service may make any', async () => {
    const { rows } = await client.query<{ name: string; path: string }>(
      `select proname as name, array_to_string(proconfig, ' ') as path from pg_proc
       where prosecdef and pronamespace = 'public'::regnamespace order by 1`,
    );
    assert.deepEqual(rows, [
      { name: 'delete_results', path: 'search_path=public, pg_temp' },
      { name: 'prune_audit', path: 'search_path=public, pg_temp' },
    ]);
  });
});

describe('The roles of the services', () => {
  it('read all tenants', async () => {
    for (const role of serviceRoles) assert.equal((await as(role, countOf('files')))[0]?.rows, 8);
  });

  it('delete a result with its file', async () => {
    const id = await createFile(database, { tenant: 'third' });
    await saveResults(database, [finding(await claimFile(database, id))]);
    await as('filemill_metadata', `delete from files where id = '${id}'`);
    assert.deepEqual(await as('filemill_metadata', `select from results where file_id = '${id}'`), []);
  });

  it('have rights on every table that there is', async () => {
    const { rows } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
       and not has_table_privilege('filemill_metadata', oid, 'select')`,
    );
    assert.deepEqual(rows, [{ name: 'migrations' }]);
  });
});

describe('A database with authentication', () => {
  it('needs the roles, which an administrator makes if its owner may not', async () => {
    const owner = `owner_${process.pid}`;
    const url = new URL(opened.url);
    await client.query(`create role ${owner} login password 'owner' nocreaterole`);
    await client.query(`create database ${owner} owner ${owner}`);
    await using resources = new AsyncDisposableStack();
    resources.defer(async () => {
      await client.query(`drop database ${owner} with (force)`);
      await client.query(`drop role ${owner}`);
    });
    Object.assign(url, { username: owner, password: 'owner', pathname: `/${owner}` });
    await using theirs = new Database({
      url: url.href,
      poolSize: 1,
      logger: createLogger('test', { level: 'silent', format: 'json' }),
    });
    // The roles are those of the whole server.
    await migrate(url.href);
    const expected =
      /an administrator run, as a superuser, `grant filemill_tenant to "owner_\d+" with inherit false, set true;`/;
    await assert.rejects(requireTenantRole(theirs), { name: 'ConfigError', message: expected });
    await assert.rejects(theirs.as('mine').query({ text: 'select from files' }), { reason: 'STORE_REFUSES' });
    await createRoles(client, owner);
    await requireTenantRole(theirs);
    assert.deepEqual(await theirs.as('mine').query({ text: 'select from files' }), []);
  });
});

function countOf(table: string): string {
  return `select count(*)::int as rows from ${table}`;
}

/** In a transaction of its own, which leaves nothing behind unless it succeeds. */
async function as(role: string, statement: string): Promise<Record<string, unknown>[]> {
  await client.query('begin');
  try {
    await client.query(`set local role ${role}`);
    const { rows } = await client.query(statement);
    await client.query('commit');
    return rows;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
