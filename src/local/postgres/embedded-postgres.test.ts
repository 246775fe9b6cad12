import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { findProcess, workingDirectory } from '../processes/process-table.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';

const searchPath = process.env.PATH;

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Those that work below the folder. */
async function processesIn(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => workingDirectory(Number(pid))));
  return pids.filter((_, index) => folders[index]?.startsWith(folder));
}

/** A folder that only this user may enter, with the data folder below it. */
async function privateFolder(): Promise<{ readonly dataDir: string } & AsyncDisposable> {
  const root = await mkdtemp(join(tmpdir(), 'fm-pg-'));
  return {
    dataDir: join(root, 'below', 'postgres'),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

describe('embedded PostgreSQL', () => {
  test('is PostgreSQL 18 with a role, a database, checksums and a locale of its own', async () => {
    await using folder = await privateFolder();
    await using server = await startEmbeddedPostgres(folder);
    assert.equal(server.firstStart, true);
    const [row] = await query(
      server.url,
      `SELECT current_user, current_database(), current_setting('data_checksums') AS checksums,
              current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits,
              current_setting('server_version_num')::int / 10000 AS major,
              (SELECT datlocale FROM pg_database WHERE datname = current_database()) AS locale,
              pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = current_database()`,
    );
    assert.deepEqual(row, {
      current_user: 'file_processor',
      current_database: 'metadata_db',
      checksums: 'on',
      fsync: 'on',
      commits: 'on',
      major: 18,
      locale: 'C.UTF-8',
      owner: 'file_processor',
    });
    assert.equal(
      (await query(server.adminUrl, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user'))[0]?.rolsuper,
      true,
    );
  });

  test('answers nobody without the password, which only the owner may read', async () => {
    await using folder = await privateFolder();
    await using server = await startEmbeddedPostgres(folder);
    const wrong = Object.assign(new URL(server.url), { password: 'wrong' }).href;
    await assert.rejects(query(wrong, 'SELECT 1'), { code: '28P01' });
    const credentials = await stat(join(folder.dataDir, 'credentials.json'));
    assert.equal(credentials.mode & 0o777, 0o600);
  });

  test('keeps data, passwords and port from one start to the next', async () => {
    await using folder = await privateFolder();
    const first = await startEmbeddedPostgres(folder);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    assert.equal(await findProcess(first.pid), undefined);
    await using second = await startEmbeddedPostgres(folder);
    assert.equal(second.firstStart, false);
    assert.equal(second.url, first.url);
    assert.deepEqual(await query(second.url, 'SELECT answer FROM kept'), [{ answer: 42 }]);
  });

  test('stops a server that an earlier run left behind, and says so', async () => {
    await using folder = await privateFolder();
    const left = await startEmbeddedPostgres(folder);
    const lines: string[] = [];
    await using server = await startEmbeddedPostgres({ ...folder, log: (line) => lines.push(line) });
    assert.match(lines.join('\n'), new RegExp(`stopping the PostgreSQL \\(pid ${left.pid}\\)`));
    assert.equal(await left.ended, 'ended with code 0');
    assert.equal((await query(server.url, 'SELECT 1 AS one'))[0]?.one, 1);
  });

  test('recovers from a crash with all that was committed', async () => {
    await using folder = await privateFolder();
    const crashed = await startEmbeddedPostgres(folder);
    await query(crashed.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(crashed.pid, 'SIGQUIT');
    await crashed.ended;
    await using server = await startEmbeddedPostgres(folder);
    assert.deepEqual(await query(server.url, 'SELECT answer FROM kept'), [{ answer: 42 }]);
  });

  test('starts although its lock file names a process that is something else now', async () => {
    await using folder = await privateFolder();
    const first = await startEmbeddedPostgres(folder);
    const lockFile = join(folder.dataDir, 'data', 'postmaster.pid');
    const lock = await readFile(lockFile, 'utf8');
    await first.stop();
    // The test's own parent stands for the unrelated program that got the number.
    await writeFile(lockFile, lock.replace(/^\d+/, String(process.ppid)), { mode: 0o600 });
    await using server = await startEmbeddedPostgres(folder);
    assert.equal((await query(server.url, 'SELECT 1 AS one'))[0]?.one, 1);
  });

  test('gives up in the middle of making the cluster, leaving nothing running', async () => {
    await using folder = await privateFolder();
    const stop = new AbortController();
    const start = startEmbeddedPostgres({ ...folder, signal: stop.signal });
    const fresh = join(folder.dataDir, 'data.new');
    while (!existsSync(join(fresh, 'PG_VERSION'))) await delay(5);
    stop.abort('SIGINT');
    await assert.rejects(start, (reason) => reason === 'SIGINT');
    assert.deepEqual(await processesIn(folder.dataDir), []);
    assert.equal(existsSync(join(folder.dataDir, 'data')), false);
  });

  test('starts over when making the cluster was cut short', async () => {
    await using folder = await privateFolder();
    await mkdir(join(folder.dataDir, 'data.new'), { recursive: true });
    await writeFile(join(folder.dataDir, 'data.new', 'PG_VERSION'), '18\n');
    await using server = await startEmbeddedPostgres(folder);
    assert.equal(server.firstStart, true);
  });

  test('ends a failed start with the words of the server', async () => {
    await using folder = await privateFolder();
    const first = await startEmbeddedPostgres(folder);
    await first.stop();
    await writeFile(join(folder.dataDir, 'data', 'postgresql.auto.conf'), "shared_preload_libraries = 'absent'\n");
    await assert.rejects(startEmbeddedPostgres(folder), {
      name: 'SetupError',
      message: /could not access file "absent"/,
    });
  });

  describe('where user namespaces are refused', () => {
    after(() => {
      process.env.PATH = searchPath;
    });

    test('still runs, also as root below a folder that only root may enter', async () => {
      await using folder = await privateFolder();
      process.env.PATH = `${await refusingUnshare(folder.dataDir)}:${searchPath}`;
      const first = await startEmbeddedPostgres(folder);
      await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
      await first.stop();
      const second = await startEmbeddedPostgres(folder);
      await checkKept(second);
      process.env.PATH = searchPath;
      await checkKept(await startEmbeddedPostgres(folder));
    });

    async function checkKept(server: EmbeddedPostgres): Promise<void> {
      assert.deepEqual(await query(server.url, 'SELECT answer FROM kept'), [{ answer: 42 }]);
      await server.stop();
    }

    async function refusingUnshare(folder: string): Promise<string> {
      const bin = `${folder}-bin`;
      await mkdir(bin, { recursive: true });
      await writeFile(join(bin, 'unshare'), '#!/bin/sh\nexit 1\n');
      await chmod(join(bin, 'unshare'), 0o755);
      return bin;
    }
  });

  test('names the missing package and the command that brings it', async () => {
    await assert.rejects(findPostgresBinaries(tmpdir(), 'linux-riscv64'), {
      name: 'SetupError',
      message: /@embedded-postgres\/linux-riscv64 .* not installed\. Set FILEMILL_DATABASE_URL/,
    });
  });
});
