import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { connectTo } from '#adapters/postgres/database/connect.ts';
import { migrationStatus } from '#adapters/postgres/database/migrate.ts';

const run = promisify(execFile);
const adminUrl = process.env.FILEMILL_TEST_POSTGRES_URL ?? assert.fail('Run by `npm test`.');
const name = `it's a "test" ${randomUUID()}`;
const url = urlOf('first/p@ss');

describe('the migration job', () => {
  before(async () => {
    await migrateJob({ FILEMILL_DATABASE_URL: url, FILEMILL_ADMIN_DATABASE_URL: adminUrl });
  });
  after(async () => {
    await using connection = await connectTo(adminUrl);
    const quoted = connection.client.escapeIdentifier(name);
    await connection.client.query(`drop database if exists ${quoted}`);
    await connection.client.query(`drop role if exists ${quoted}`);
  });

  test('makes role, database and schema where there was nothing', async () => {
    assert.ok((await migrationStatus(url)).every(({ applied }) => applied));
  });

  test('may be repeated, also without the superuser', async () => {
    await migrateJob({ FILEMILL_DATABASE_URL: url, FILEMILL_ADMIN_DATABASE_URL: adminUrl });
    await migrateJob({ FILEMILL_DATABASE_URL: url });
  });

  test('gives the role a new password', async () => {
    const changed = urlOf("second'; select 1; --");
    await migrateJob({ FILEMILL_DATABASE_URL: changed, FILEMILL_ADMIN_DATABASE_URL: adminUrl });
    await assert.rejects(migrationStatus(url), { code: '28P01' });
    await migrateJob({ FILEMILL_DATABASE_URL: url, FILEMILL_ADMIN_DATABASE_URL: adminUrl });
  });

  test('leaves services that connect as the owner as they are', async () => {
    await migrateJob({
      FILEMILL_DATABASE_URL: url,
      FILEMILL_ADMIN_DATABASE_URL: adminUrl,
      FILEMILL_METADATA_DATABASE_URL: url,
      FILEMILL_RESULT_DATABASE_URL: url,
    });
    assert.ok((await migrationStatus(url)).every(({ applied }) => applied));
  });

  test('refuses to let a service connect as a role that is no role of services', async () => {
    const stranger = Object.assign(new URL(url), { username: 'stranger' }).href;
    const urls = { FILEMILL_DATABASE_URL: url, FILEMILL_RESULT_DATABASE_URL: stranger };
    await assert.rejects(migrateJob({ ...urls, FILEMILL_ADMIN_DATABASE_URL: adminUrl }), (error: Failure) => {
      assert.match(error.stderr, /must name the role of FILEMILL_DATABASE_URL, filemill_metadata or filemill_result/);
      return true;
    });
  });

  test('waits for a PostgreSQL that is not there yet', async () => {
    const late = createServer((socket) => socket.pipe(connect(Number(new URL(adminUrl).port))).pipe(socket));
    late.listen(0, '127.0.0.1');
    await once(late, 'listening');
    const { port } = late.address() as { port: number };
    await new Promise((resolve) => late.close(resolve));
    const job = migrateJob({ FILEMILL_DATABASE_URL: Object.assign(new URL(url), { port }).href });
    const { stderr } = job.child;
    for await (const line of stderr?.iterator({ destroyOnReturn: false }) ?? [])
      if (/waiting for PostgreSQL/.test(line)) break;
    late.listen(port, '127.0.0.1');
    await job.finally(() => late.close());
  });

  test('ends with an error, and without a secret, when the password is wrong', async () => {
    await assert.rejects(migrateJob({ FILEMILL_DATABASE_URL: urlOf('wrong-secret') }), (error: Failure) => {
      assert.equal(error.code, 1);
      assert.match(error.stderr, /password authentication failed/);
      assert.doesNotMatch(error.stderr, /wrong-secret/);
      return true;
    });
  });
});

interface Failure {
  readonly code: number;
  readonly stderr: string;
}

function urlOf(password: string): string {
  const parts = { username: encodeURIComponent(name), password: encodeURIComponent(password), pathname: `/${name}` };
  return Object.assign(new URL(adminUrl), parts).href;
}

/** Runs it as the container does, to its end. */
function migrateJob(env: Record<string, string>) {
  const main = new URL('migrate.ts', import.meta.url).pathname;
  return run(process.execPath, [main], { env: { PATH: process.env.PATH, ...env } });
}
