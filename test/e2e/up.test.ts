import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { objectPath } from '#adapters/volume/objects/layout.ts';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { listen } from '#platform/listen.ts';
import { ConnectProxy } from '../support/connect-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { testFolder } from '../support/start-services.ts';
import { testDatabase, testRedis } from '../support/stores.ts';
import { Up } from '../support/up.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const testdata = join(root, 'testdata');
const run = promisify(execFile);

interface Line {
  readonly path: string;
  readonly filename: string;
  readonly status: string;
  readonly sha256: string;
}

/** A standby that waits for a primary which does not exist: "the database system is starting up", for ever. */
async function makeEndlesslyRecovering(dataDir: string): Promise<void> {
  await using server = await startEmbeddedPostgres({ dataDir });
  await server.stop();
  await writeFile(join(dataDir, 'data', 'standby.signal'), '');
  await writeFile(join(dataDir, 'data', 'postgresql.auto.conf'), 'hot_standby = off\n');
}

/** A folder for the PATH with a Redis that is deaf to SIGTERM before it listens. */
async function hangingRedis(folder: string): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const script = '#!/bin/sh\n[ "$1" = --version ] && exec echo "Redis server v=7.0.15"\nkill -STOP $$\n';
  await writeFile(join(bin, 'redis-server'), script, { mode: 0o755 });
  return bin;
}

/** Until `release`, no worker gets a file. */
async function holdClaims(url: string): Promise<{ client: pg.Client; release(): Promise<unknown> } & AsyncDisposable> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create function hold() returns trigger language plpgsql as
      'begin perform pg_advisory_xact_lock_shared(1); return new; end';
    create trigger hold before update on files for each row
      when (old.status = 'PENDING' and new.status = 'PROCESSING') execute function hold();
    select pg_advisory_lock(1)`);
  const release = () => client.query('select pg_advisory_unlock(1)');
  return { client, release, [Symbol.asyncDispose]: () => client.end() };
}

async function nothingRuns(up: Up): Promise<void> {
  assert.deepEqual(await up.running(), []);
}

async function completedFiles(dataDir: string): Promise<number> {
  const client = new pg.Client({ connectionString: (await readFile(join(dataDir, 'database-url'), 'utf8')).trim() });
  await client.connect();
  const { rows } = await client.query(
    "SELECT count(*)::int AS files FROM files JOIN results ON file_id = files.id WHERE status = 'COMPLETED'",
  );
  await client.end();
  return rows[0].files;
}

for (const [title, env] of [
  ['a private Redis', {}],
  ['no Redis', { FILEMILL_REDIS_URL: 'none' }],
] as const)
  describe(`filemill up with ${title}`, () => {
    test('analyses the samples, prints their results, ends with 0 and leaves nothing running', async () => {
      await using folder = await testFolder();
      await using up = new Up(join(folder.path, 'data'), [testdata, '--exit', '--json'], env);
      assert.equal(await up.ended(), 0, up.stderr);
      const lines = up.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Line);
      const expected = await Promise.all(
        (await readdir(testdata)).map(async (path) => ({
          path,
          status: 'COMPLETED',
          sha256: createHash('sha256')
            .update(await readFile(join(testdata, path)))
            .digest('hex'),
        })),
      );
      const byPath = (one: { path: string }, other: { path: string }) => one.path.localeCompare(other.path);
      assert.deepEqual(
        lines.map(({ path, status, sha256 }) => ({ path, status, sha256 })).sort(byPath),
        expected.sort(byPath),
      );
      const redis = 'FILEMILL_REDIS_URL' in env ? '' : ', then Redis';
      assert.match(up.stderr, new RegExp(`Stopping: services${redis}, then PostgreSQL\\.`));
      assert.match(up.stderr, /✔ PostgreSQL 18 \(embedded\) .* s {3}\S/);
      assert.match(
        up.stderr,
        'FILEMILL_REDIS_URL' in env ? /tasks are claimed from PostgreSQL/ : /✔ \w+ [\d.]+ \(private, from PATH\)/,
      );
      await nothingRuns(up);
    });

    test('after kill -9 its services end by themselves, and the next run works on the same data', async () => {
      await using folder = await testFolder();
      const dataDir = join(folder.path, 'data');
      await using killed = new Up(dataDir, [testdata], env);
      await killed.ready();
      const services = Object.values(await killed.services()).map(String);
      killed.child.kill('SIGKILL');
      await killed.ended();
      await eventually(
        'the services of the killed run have ended',
        async () => !(await killed.running()).some((line) => services.includes(line.split(' ')[0] ?? '')),
      );
      await using next = new Up(dataDir, [testdata], env);
      await next.ready();
      const samples = (await readdir(testdata)).length;
      assert.equal(await completedFiles(dataDir), 2 * samples);
      next.ctrlC();
      assert.equal(await next.ended(), 0, next.stderr);
      await nothingRuns(next);
      await nothingRuns(killed);
    });
  });

describe('filemill up', () => {
  test('reaches its own services directly, whatever proxies the environment names', async () => {
    await using proxy = await ConnectProxy.start({ refusal: '403 Forbidden' });
    const url = `http://${proxy.address}`;
    const names = [
      'grpc_proxy',
      'https_proxy',
      'http_proxy',
      'HTTPS_PROXY',
      'HTTP_PROXY',
      'ALL_PROXY',
      'FILEMILL_PROXY',
    ];
    const env = { ...Object.fromEntries(names.map((name) => [name, url])), NODE_USE_ENV_PROXY: '1' };
    await using folder = await testFolder();
    await using up = new Up(join(folder.path, 'data'), [testdata, '--exit', '--json', '--retry-for', '5s'], env);
    assert.equal(await up.ended(), 0, up.stderr);
    assert.equal(up.stdout.trim().split('\n').length, (await readdir(testdata)).length);
    assert.deepEqual(proxy.asked, []);
  });

  test('takes over at once from a killed run whose services had no time to end', async () => {
    await using folder = await testFolder();
    const dataDir = join(folder.path, 'data');
    await using killed = new Up(dataDir);
    await killed.ready();
    // A frozen worker is deaf to the end of its supervisor.
    const { 'worker-1': worker = 0 } = await killed.services();
    process.kill(worker, 'SIGSTOP');
    killed.child.kill('SIGKILL');
    await using next = new Up(dataDir, [testdata, '--exit']);
    assert.equal(await next.ended(), 0, next.stderr);
    assert.match(next.stderr, /an earlier run left behind/);
    await nothingRuns(killed);
    await nothingRuns(next);
  });

  test('starts a killed service again, says so, and loses nothing', async () => {
    await using folder = await testFolder();
    await using up = new Up(join(folder.path, 'data'));
    const { grpc } = await up.ready();
    const services = await up.services();
    for (const pid of Object.values(services)) process.kill(pid, 'SIGKILL');
    for (const [name, pid] of Object.entries(services)) {
      await up.said(new RegExp(`${name} \\(pid ${pid}\\) was ended by SIGKILL: restarting it`));
      await up.said(new RegExp(`${name} runs again`));
    }
    const upload = ['src/cli/main.ts', '--server', grpc, 'upload', '--wait', '--json', join(testdata, 'hello.txt')];
    const { stdout } = await run(process.execPath, upload, { cwd: root });
    assert.equal((JSON.parse(stdout) as Line).status, 'COMPLETED');
    up.ctrlC();
    assert.equal(await up.ended(), 0, up.stderr);
    await nothingRuns(up);
  });

  test('ends services that hang, says what hung and how, starts them again, and loses nothing', async () => {
    await using folder = await testFolder();
    // A service that gets this signal never comes back to its event loop.
    const loop = `--import=data:text/javascript,process.on('SIGUSR2',()=>{for(;;);})`;
    await using up = new Up(join(folder.path, 'data'), [], { NODE_OPTIONS: loop });
    const { grpc } = await up.ready();
    const { 'worker-1': worker = 0, metadata = 0, web = 0, result = 0 } = await up.services();
    const upload = ['src/cli/main.ts', '--server', grpc, 'upload', '--wait', '--json', '--retry-for', '5m', testdata];
    const uploading = run(process.execPath, upload, { cwd: root });
    const frozen = { 'worker-1': worker, metadata, web };
    for (const pid of Object.values(frozen)) process.kill(pid, 'SIGSTOP');
    process.kill(result, 'SIGUSR2');
    const hung = [
      ...Object.entries(frozen).map((one) => [...one, 'frozen']),
      ['result', result, 'its event loop was blocked'],
    ];
    for (const [name, pid, how] of hung) {
      const line = `! ${name} \\(pid ${pid}\\) did not respond for 16 s and was killed \\(${how}\\): restarting it\n`;
      await up.said(new RegExp(line));
      await up.said(new RegExp(`${name} runs again`));
    }
    const { stdout } = await uploading;
    const ends = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    assert.ok(ends.length > 10);
    assert.deepEqual([...new Set(ends.map(({ status }) => status))], ['COMPLETED']);
    up.ctrlC();
    assert.equal(await up.ended(), 0, up.stderr);
    await nothingRuns(up);
  });

  test('serves the dashboard, which it built when there was need, and tells it where gRPC is', async () => {
    await using folder = await testFolder();
    await using up = new Up(join(folder.path, 'data'));
    const { grpc, http } = await up.ready();
    const server = await fetch(`http://${http}/api/v1/server`);
    assert.deepEqual(await server.json(), { grpc_address: grpc, started_by: 'up', command: 'npx filemill' });
    const page = await fetch(`http://${http}/ui/files`);
    assert.equal(page.status, 200, up.stderr);
    assert.match(await page.text(), /<script type="module"[^>]* src="\.\.\/assets\//);
  });

  test('starts a killed PostgreSQL and a killed Redis again', async () => {
    await using folder = await testFolder();
    await using up = new Up(join(folder.path, 'data'));
    const { grpc } = await up.ready();
    const pidFiles = ['postgres/data/postmaster.pid', 'redis/redis.pid'];
    for (const file of pidFiles)
      process.kill(Number.parseInt(await readFile(join(up.dataDir, file), 'utf8'), 10), 'SIGKILL');
    await up.said(/PostgreSQL runs again/);
    await up.said(/Redis runs again/);
    const upload = ['src/cli/main.ts', '--server', grpc, 'upload', '--wait', '--json', join(testdata, 'hello.txt')];
    const { stdout } = await run(process.execPath, upload, { cwd: root });
    assert.equal((JSON.parse(stdout) as Line).status, 'COMPLETED');
  });

  test('ends by force, leaving nothing, when Ctrl-C comes again while a service hangs', async () => {
    await using folder = await testFolder();
    await using up = new Up(join(folder.path, 'data'));
    await up.ready();
    const { metadata = 0 } = await up.services();
    process.kill(metadata, 'SIGSTOP');
    up.ctrlC();
    await up.said(/Stopping/);
    // Two signals in one moment are one Ctrl-C that came twice.
    await delay(600);
    up.ctrlC();
    assert.equal(await up.ended(), 130);
    assert.match(up.stderr, /by force/);
    await eventually('nothing that was started runs any more', async () => (await up.running()).length === 0);
  });

  test('a Ctrl-C in the middle of the start ends it, with nothing left', async () => {
    await using folder = await testFolder();
    await using up = new Up(join(folder.path, 'data'));
    await up.said(/✔ PostgreSQL/);
    up.ctrlC();
    assert.equal(await up.ended(), 130, up.stderr);
    await nothingRuns(up);
  });

  test('a Ctrl-C while PostgreSQL recovers ends the start, with nothing left', async () => {
    await using folder = await testFolder();
    const dataDir = join(folder.path, 'data');
    await makeEndlesslyRecovering(join(dataDir, 'postgres'));
    await using up = new Up(dataDir);
    await up.said(/still starting/);
    up.ctrlC();
    assert.equal(await up.ended(), 130, up.stderr);
    await nothingRuns(up);
  });

  test('ends by force, leaving nothing, when Ctrl-C comes again while Redis hangs in its start', async () => {
    await using folder = await testFolder();
    await using up = new Up(join(folder.path, 'data'), [], {
      PATH: `${await hangingRedis(folder.path)}:/usr/bin:/bin`,
    });
    await eventually('Redis runs', async () => (await up.running()).some((line) => line.includes('redis.sock')));
    up.ctrlC();
    await delay(600);
    up.ctrlC();
    assert.equal(await up.ended(), 130, up.stderr);
    assert.match(up.stderr, /by force/);
    await eventually('nothing that was started runs any more', async () => (await up.running()).length === 0);
  });

  test('ends with 3 when a file of the paths FAILED, and says why', async () => {
    await using database = await testDatabase();
    await using folder = await testFolder();
    const paths = ['kept.txt', 'lost.txt'].map((name) => join(folder.path, name));
    // Too large to share a segment: each has an object to be lost.
    for (const path of paths) await writeFile(path, 'two words '.repeat(10_000));
    const env = { FILEMILL_DATABASE_URL: database.url, FILEMILL_MAX_ATTEMPTS: '1' };
    await using claims = await holdClaims(database.url);
    await using up = new Up(join(folder.path, 'data'), [...paths, '--exit', '--json'], env);
    const find = async () =>
      (await claims.client.query("select storage_key from files where filename = 'lost.txt'")).rows[0];
    await eventually('the process runs', async () => (await find()) !== undefined);
    await rm(objectPath(join(up.dataDir, 'storage'), (await find()).storage_key));
    await claims.release();
    assert.equal(await up.ended(), 3, up.stderr);
    const lines = up.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    assert.deepEqual(
      new Map(lines.map(({ filename, status }) => [filename, status])),
      new Map([
        ['kept.txt', 'COMPLETED'],
        ['lost.txt', 'FAILED'],
      ]),
    );
    assert.match(up.stdout, /BLOB_MISSING/i);
    await nothingRuns(up);
  });

  test('ends with 3 when a file of the paths was refused', async () => {
    await using folder = await testFolder();
    const path = join(folder.path, 'bad\u0001name.txt');
    await writeFile(path, 'x');
    await using up = new Up(join(folder.path, 'data'), [path, '--exit']);
    assert.equal(await up.ended(), 3, up.stderr);
    await nothingRuns(up);
  });

  test('ends with 2 and names the port that is taken, before anything is started', async () => {
    await using folder = await testFolder();
    const server = createServer();
    await listen(server, '127.0.0.1:0');
    const { port } = server.address() as { port: number };
    for (const [option, use] of [
      ['--grpc-port', 'gRPC'],
      ['--http-port', 'HTTP'],
    ] as const) {
      await using up = new Up(join(folder.path, 'data'), [option, String(port)]);
      assert.equal(await up.ended(), 2);
      assert.match(up.stderr, new RegExp(`Port ${port} \\(${use}\\) is already in use\\. .*${option}`));
    }
    await assert.rejects(access(join(folder.path, 'data', 'postgres')), { code: 'ENOENT' });
    server.close();
  });

  for (const [name, value, words] of [
    ['FILEMILL_LEASE_MS', 'soon', /FILEMILL_LEASE_MS: must be a number/],
    ['FILEMILL_PACK_BELOW', '1GiB', /FILEMILL_PACK_BELOW: must be at most 512KiB/],
    ['FILEMILL_PUBLIC_HTTP', 'example.org', /FILEMILL_PUBLIC_HTTP: must be http/],
    ['FILEMILL_DATABASE_URL', 'localhost:5432', /FILEMILL_DATABASE_URL: must be postgresql:/],
    ['FILEMILL_REDIS_URL', 'localhost:6379', /FILEMILL_REDIS_URL: must be none, redis:/],
    ['FILEMILL_WORKER_THREADS', '1000', /FILEMILL_WORKER_THREADS: must be at most 256/],
    [
      'FILEMILL_STORAGE_DIR',
      '/dev/null/storage',
      /FILEMILL_STORAGE_DIR: the folder \/dev\/null\/storage cannot be made: part of the path is a file/,
    ],
  ] as const)
    test(`ends with 2 and names ${name}, when no service can use it, before anything is started`, async () => {
      await using folder = await testFolder();
      await using up = new Up(join(folder.path, 'data'), [], { [name]: value });
      assert.equal(await up.ended(), 2, up.stderr);
      assert.match(up.stderr, words);
      assert.equal(up.stderr.trim().split('\n').length, 1, up.stderr);
      await assert.rejects(access(join(up.dataDir, 'postgres')));
    });

  for (const name of ['.', 'storage', 'logs', 'postgres', 'redis'])
    test(`ends with 2 and a sentence when a file is in the place of the folder DATA/${name}`, async () => {
      await using folder = await testFolder();
      const dataDir = join(folder.path, 'data');
      const path = join(dataDir, name);
      if (name !== '.') await mkdir(dataDir);
      await writeFile(path.replace(/\/$/, ''), '');
      await using up = new Up(dataDir);
      assert.equal(await up.ended(), 2, up.stderr);
      assert.match(
        up.stderr,
        /(data folder|The folder) \/\S+ ?.*: a file of that name exists, and it is not a folder\./,
      );
      assert.doesNotMatch(up.stderr, /EEXIST/);
      assert.equal(up.stderr.trim().split('\n').length, 1, up.stderr);
    });

  test('names variables that nothing reads, once', async () => {
    await using folder = await testFolder();
    const env = { FILEMILL_WORKER_THREDS: '1', FILEMILL_LOG_LEVL: 'debug' };
    await using up = new Up(join(folder.path, 'data'), [join(testdata, 'hello.txt'), '--exit'], env);
    assert.equal(await up.ended(), 0, up.stderr);
    for (const [wrong, right] of [
      ['FILEMILL_WORKER_THREDS', 'FILEMILL_WORKER_THREADS'],
      ['FILEMILL_LOG_LEVL', 'FILEMILL_LOG_LEVEL'],
    ]) {
      assert.match(
        up.stderr,
        new RegExp(`^! ${wrong} is not a setting and has no effect: did you mean ${right}\\?$`, 'm'),
      );
      assert.equal(up.stderr.split(`${wrong} `).length, 2, up.stderr);
    }
  });

  test('ends with 2 and names the process that holds the data folder', async () => {
    await using folder = await testFolder();
    await using first = new Up(join(folder.path, 'data'));
    await first.ready();
    await using second = new Up(join(folder.path, 'data'));
    assert.equal(await second.ended(), 2);
    assert.match(second.stderr, new RegExp(`in use by another "filemill up" \\(pid ${first.child.pid}\\)`));
    first.ctrlC();
    assert.equal(await first.ended(), 0);
  });

  test('works on a PostgreSQL and a Redis that somebody else runs', async () => {
    await using database = await testDatabase();
    await using redis = await testRedis();
    await using folder = await testFolder();
    const env = { FILEMILL_DATABASE_URL: database.url, FILEMILL_REDIS_URL: redis.url };
    await using up = new Up(join(folder.path, 'data'), [testdata, '--exit', '--json'], env);
    assert.equal(await up.ended(), 0, up.stderr);
    assert.equal(up.stdout.trim().split('\n').length, (await readdir(testdata)).length);
    await assert.rejects(access(join(up.dataDir, 'postgres')), { code: 'ENOENT' });
    await assert.rejects(access(join(up.dataDir, 'redis')), { code: 'ENOENT' });
  });

  test('retries a database that cannot be reached, then ends with 5 and says why', async () => {
    await using folder = await testFolder();
    const env = {
      FILEMILL_DATABASE_URL: 'postgresql://nobody:secret@127.0.0.1:1/metadata_db',
      FILEMILL_DATABASE_WAIT_MS: '500',
    };
    await using up = new Up(join(folder.path, 'data'), [], env);
    assert.equal(await up.ended(), 5);
    assert.match(up.stderr, /127\.0\.0\.1:1\/metadata_db cannot be reached \(.*ECONNREFUSED.*\): retrying/);
    assert.match(up.stderr, /Gave up after/);
    assert.doesNotMatch(up.stderr, /secret/);
  });

  test('ends when the npm that started it is ended', async () => {
    await using folder = await testFolder();
    // Stands for npm, which passes no signal on: it is npm's variable that makes `up` follow its parent.
    const script = 'exec "$@" & wait';
    const args = ['--data-dir', join(folder.path, 'data'), '--grpc-port', '0', '--http-port', '0'];
    const npm = spawn('sh', ['-c', script, 'sh', process.execPath, join(root, 'src/cli/main.ts'), 'up', ...args], {
      env: { ...process.env, npm_lifecycle_event: 'start' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    npm.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await eventually('npm start is ready or has ended', async () => stderr.includes('Ready.') || npm.exitCode !== null);
    assert.match(stderr, /Ready\./);
    npm.kill('SIGTERM');
    await once(npm.stderr, 'close');
    assert.match(stderr, /Stopping/);
    await assert.rejects(access(join(folder.path, 'data', 'pid')), { code: 'ENOENT' });
  });
});
