/** The stores of a cluster, on one host: PostgreSQL, Redis and an S3 server, each at a port of the host's address. */
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { connect, createServer, type NetConnectOpts } from 'node:net';
import { join } from 'node:path';
import { migrate, migrateLike } from '#adapters/postgres/database/migrate.ts';
import { PostgresServer } from '../faults/postgres-server.ts';
import { RedisServer } from '../faults/redis-server.ts';
import { firstRelease, releaseFolder } from '../support/release.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';
import { isS3Given, type StoresOrder, type StoresReport, storePorts } from './stores-host.ts';

const [folder = '', address = '', schema] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const postgres = await PostgresServer.start(
  join(folder, 'postgres'),
  schema === 'of-release' ? async (url) => await migrateLike(url, await releaseMigrations()) : migrate,
);
const redis = await RedisServer.start(folder);

const s3 = isS3Given() ? await startS3Server('ceph') : undefined;

const { port } = new URL(postgres.url);
const postgresAt = { host: '127.0.0.1', port: Number(port) };
await relay({ host: address, port: storePorts.postgres }, postgresAt);
// A socket goes by its file, and so past whatever happens to the network.
await relay({ path: join(folder, `.s.PGSQL.${storePorts.postgres}`) }, postgresAt);
await relay({ host: address, port: storePorts.redis }, { path: redis.url.slice('unix://'.length) });

if (s3 !== undefined)
  await relay({ host: address, port: storePorts.s3 }, { host: '127.0.0.1', port: Number(new URL(s3.endpoint).port) });

process.on('message', (order: StoresOrder) => void obey(order));
// Both servers end with this process.
process.once('disconnect', () => process.exit());
report({ ready: { databaseUrl: postgres.url, ...(s3 !== undefined && { s3 }) } });

async function obey(order: StoresOrder): Promise<void> {
  if (order.do === 'migrate') await migrate(postgres.url);
  else {
    const restartRedis = redis.kill().then(() => redis.start());
    await Promise.all([postgres.restartImmediately(order.downMs), restartRedis, s3 && restartS3(s3)]);
  }
  report({ done: true });
}

async function restartS3({ folder, revive }: S3Server): Promise<void> {
  const pids = join(folder, 'pid');
  for (const part of await readdir(pids)) process.kill(Number(await readFile(join(pids, part), 'utf8')), 'SIGKILL');
  await revive();
}

function report(what: StoresReport): void {
  process.send?.(what);
}

/** The servers listen on loopback alone. */
async function relay(at: { host: string; port: number } | { path: string }, to: NetConnectOpts): Promise<void> {
  const server = createServer((client) => {
    const store = connect(to);
    client.pipe(store).pipe(client);
    for (const socket of [client, store]) {
      socket.on('error', () => undefined);
      socket.once('close', () => {
        client.destroy();
        store.destroy();
      });
    }
  });
  server.listen(at);
  await once(server, 'listening');
}

/** The names of the migrations of the first release. */
async function releaseMigrations(): Promise<string[]> {
  const files = await readdir(join(releaseFolder(firstRelease), 'db/migrations'));
  return files.map((file) => file.replace(/\.sql$/, '')).sort();
}
