import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { RedisConnection } from '#adapters/redis/connection.ts';
import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { workStream } from '#adapters/redis/rings.ts';
import { RedisWorkSource } from '#adapters/redis/work-source.ts';
import { WorkStream } from '#adapters/redis/work-stream.ts';
import { createLogger } from '#platform/logger.ts';
import { readManifests, workloadsOf } from '../../scripts/support/deploy/manifests.ts';
import { makeSecrets } from '../../scripts/support/deploy/settings.ts';
import { doorbellConformance } from '../conformance/doorbell.ts';
import { workSourceConformance } from '../conformance/work-source.ts';
import { claimerFor, startBackend } from '../support/backend.ts';
import { findRedisServer } from '../support/ensure-redis.ts';
import { freePort } from '../support/free-port.ts';
import { rungFiles } from '../support/rung-files.ts';

const logger = createLogger('test', { level: 'silent', format: 'json' });
const ringing = ['upload', 'metadata'] as const;
const users = [...ringing, 'worker'] as const;
type User = (typeof users)[number];

/** What a program that took a service over would like to do. */
const forbidden: readonly (readonly [command: readonly [string, ...string[]], users: readonly User[]])[] = [
  [['XREADGROUP', 'GROUP', 'workers', 'x', 'STREAMS', workStream, '>'], ringing],
  [['XRANGE', workStream, '-', '+'], users],
  [['XREAD', 'STREAMS', workStream, '0'], users],
  [['XDEL', workStream, '1-1'], ringing],
  [['XTRIM', workStream, 'MAXLEN', '0'], users],
  [['XGROUP', 'DESTROY', workStream, 'workers'], users],
  [['XGROUP', 'SETID', workStream, 'workers', '$'], users],
  [['XINFO', 'STREAM', workStream], users],
  [['XLEN', workStream], ['worker']],
  [['XADD', 'filemill:other', '*', 'id', '1'], users],
  [['DEL', workStream], users],
  [['GET', workStream], users],
  [['SET', 'filemill:x', '1'], users],
  [['KEYS', '*'], users],
  [['FLUSHALL'], users],
  [['CONFIG', 'GET', '*'], users],
  [['ACL', 'LIST'], users],
  [['CLIENT', 'LIST'], users],
  [['INFO'], users],
  [['MONITOR'], users],
  [['SHUTDOWN'], users],
  [['REPLICAOF', '127.0.0.1', '1'], users],
  [['EVAL', 'return 1', '0'], users],
  [['PUBLISH', 'filemill:x', '1'], users],
];

describe('Redis as the manifests and k8s/make-secrets.sh set it up', () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedis();
  });
  after(() => server?.[Symbol.asyncDispose]());

  for (const [command, who] of forbidden)
    for (const user of who)
      it(`forbids ${user} ${command.join(' ')}`, async () => {
        await using redis = plainClient(server.urls[user]);
        const [name, ...args] = command;
        await assert.rejects(redis.client.call(name, ...args), /NOPERM/);
      });

  it('answers nobody without a password', async () => {
    await using redis = plainClient(server.urls.upload.replace(/\/\/.*@/, '//'));
    await assert.rejects(redis.client.call('PING'), /NOAUTH/);
  });

  it('lets the worker rehearse, release, and forget other workers', async () => {
    await using doorbell = createDoorbell(server.urls.upload, logger);
    await using connection = new RedisConnection(server.urls.worker, logger);
    const [gone, stays] = [new WorkStream(connection, 'gone'), new WorkStream(connection, 'stays')];
    await stays.rehearse();
    await doorbell.ring(['0199d9a0-0000-7000-8000-000000000001']);
    await gone.release(await gone.read(10));
    await stays.settle((await stays.read(10)).map(({ entryId }) => entryId));
    await delay(5);
    await stays.forgetConsumers(1);
    assert.equal(await doorbell.depth(), 0);
  });
});

for (const user of ringing)
  doorbellConformance(`the doorbell of ${user}, as its user in Redis`, async () => {
    const server = await startRedis();
    const doorbell = createDoorbell(server.urls[user], logger);
    const reader = plainClient(server.urls.admin);
    return {
      doorbell,
      heard: () => rungFiles(reader.client),
      async [Symbol.asyncDispose]() {
        await reader[Symbol.asyncDispose]();
        await doorbell[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  });

workSourceConformance('the Redis stream, as the user of workers', async () => {
  await using opening = new AsyncDisposableStack();
  const server = opening.use(await startRedis());
  const backend = opening.use(await startBackend({ redisUrl: 'none' }));
  const doorbell = opening.use(createDoorbell(server.urls.metadata, logger));
  const admin = opening.use(plainClient(server.urls.admin));
  const resources = opening.move();
  return {
    backend,
    open: (worker) =>
      new RedisWorkSource({
        connection: new RedisConnection(server.urls.worker, logger),
        consumer: worker,
        claim: claimerFor(backend, worker),
        logger,
      }),
    announce: (ids) => doorbell.ring(ids),
    reset: async () => void (await admin.client.flushall()),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
});

interface RedisServer extends AsyncDisposable {
  readonly urls: Readonly<Record<User | 'admin', string>>;
}

/** Runs redis-server with the arguments of k8s/databases.yaml, in a folder of its own, and with a user for the test. */
async function startRedis(): Promise<RedisServer> {
  const program = findRedisServer();
  if (program === undefined) throw new Error('This test needs redis-server: run it as `npm test -- FILE`.');
  const folder = await mkdtemp(join(tmpdir(), 'filemill-redis-'));
  const secrets = makeSecrets()[0]?.stringData as Record<string, string>;
  const acl = `${secrets['redis-users.acl']}user admin on >admin ~* +@all\n`;
  await writeFile(join(folder, 'redis-users.acl'), acl);
  const workload = workloadsOf(readManifests('k8s/databases.yaml')).find(({ name }) => name === 'redis');
  const args = workload?.container.args?.slice(1) ?? [];
  const here = args.map((arg) => arg.replace('/run/secrets/filemill', folder).replace(/^\/data$/, folder));
  const port = await freePort();
  const child = spawn(program, [...here, '--port', String(port), '--bind', '127.0.0.1'], { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const urlOf = (user: User) => (secrets[`redis-url-${user}`] ?? '').replace('@redis:6379', `@127.0.0.1:${port}`);
  const admin = `redis://admin:admin@127.0.0.1:${port}`;
  await untilAnswers(admin);
  return {
    urls: { upload: urlOf('upload'), metadata: urlOf('metadata'), worker: urlOf('worker'), admin },
    async [Symbol.asyncDispose]() {
      process.off('exit', kill);
      kill();
      await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

async function untilAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    await using redis = plainClient(url);
    if ((await redis.client.call('PING').catch(() => undefined)) === 'PONG') return;
    await delay(25);
  }
  throw new Error('redis-server did not start');
}

/** One that says what Redis answers, at once. */
function plainClient(url: string) {
  const client = new Redis(url, {
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  client.on('error', () => undefined);
  return {
    client,
    async [Symbol.asyncDispose]() {
      client.disconnect();
    },
  };
}
