import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import { findRedisServer } from './ensure-redis.ts';

interface TestDatabaseOptions {
  readonly migrated?: boolean;
  /** Of the server; that which `npm test` started unless given. */
  readonly adminUrl?: string | undefined;
}

/** A database of the test's own, migrated unless told otherwise. */
export async function testDatabase({
  migrated = true,
  adminUrl = process.env.FILEMILL_TEST_POSTGRES_URL,
}: TestDatabaseOptions = {}): Promise<{ readonly url: string } & AsyncDisposable> {
  if (adminUrl === undefined) throw new Error('This test needs PostgreSQL: run it as `npm test -- FILE`.');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, `create database ${name}`);
  const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  if (migrated) await migrate(url);
  return { url, [Symbol.asyncDispose]: () => asAdmin(adminUrl, `drop database ${name} with (force)`) };
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export interface TestRedis extends AsyncDisposable {
  /** `unix:///…` */
  readonly url: string;
  /** Where it keeps what it saves. */
  readonly folder: string;
  /** For tests that stop, freeze or kill it. */
  readonly process: ChildProcess;
}

/**
 * A private, empty Redis on a unix socket.
 *
 * @param settings further ones, such as a port, as `redis-server` takes them
 * @param server its program; that on the PATH unless given
 */
export async function testRedis(settings: readonly string[] = [], server = findRedisServer()): Promise<TestRedis> {
  if (server === undefined)
    throw new Error('This test needs redis-server: run it as `npm test -- FILE`, or install it.');
  const folder = await mkdtemp(join(tmpdir(), 'fm-redis-'));
  const socket = join(folder, 's');
  const child = spawn(
    server,
    ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no', '--dir', folder, ...settings],
    { stdio: 'ignore' },
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  await untilAccepting(socket);
  return {
    url: `unix://${socket}`,
    folder,
    process: child,
    async [Symbol.asyncDispose]() {
      process.off('exit', kill);
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilAccepting(socket: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const connection = connect(socket);
    const accepted = await once(connection, 'connect').then(
      () => true,
      () => false,
    );
    connection.destroy();
    if (accepted) return;
    await delay(25);
  }
  throw new Error('redis-server did not start');
}
