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
import { WorkStream } from '#adapters/redis/work-stream.ts';
import { createLogger } from '#platform/logger.ts';
import { readManifests, workloadsOf } from '../../scripts/support/deploy/manifests.ts';
import { makeSecrets } from '../../scripts/support/deploy/settings.ts';
import { findRedisServer } from '../support/ensure-redis.ts';
import { freePort } from '../support/free-port.ts';

const logger = createLogger('test', { level: 'silent', format: 'json' });
const fileId = '0199d9a0-0000-7000-8000-000000000001';

describe('Redis as the manifests and k8s/make-secrets.sh set it up', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  before(async () => {
    server = await startRedis();
  });
  after(() => server?.[Symbol.asyncDispose]());

  it('lets the services do all that they do', async () => {
    await using doorbell = createDoorbell(server.url, logger);
    await doorbell.ring([fileId]);
    assert.equal(await doorbell.depth(), 1);

    await using connection = new RedisConnection(server.url, logger);
    const [gone, stays] = [new WorkStream(connection, 'gone'), new WorkStream(connection, 'stays')];
    const [ring] = await gone.read(10);
    assert.equal(ring?.fileId, fileId);
    await gone.release(ring ? [ring] : []);
    const { rings: none } = await stays.reclaim(10, 0);
    assert.deepEqual(none, []);
    await stays.settle((await stays.read(10)).map(({ entryId }) => entryId));
    await delay(5);
    await stays.forgetConsumers(1);
    assert.equal(await doorbell.depth(), 0);
  });

  const forbidden: readonly (readonly [string, ...string[]])[] = [
    ['XADD', 'other', '*', 'id', '1'],
    ['GET', 'filemill:work'],
    ['SET', 'filemill:x', '1'],
    ['KEYS', '*'],
    ['FLUSHALL'],
    ['CONFIG', 'GET', '*'],
    ['ACL', 'LIST'],
    ['EVAL', 'return 1', '0'],
    ['PUBLISH', 'filemill:x', '1'],
  ];
  for (const [command, ...args] of forbidden)
    it(`forbids them ${[command, ...args].join(' ')}`, async () => {
      await using redis = plainClient(server.url);
      await assert.rejects(redis.client.call(command, ...args), /NOPERM/);
    });

  it('answers nobody without a password', async () => {
    await using redis = plainClient(server.url.replace(/\/\/.*@/, '//'));
    await assert.rejects(redis.client.call('PING'), /NOAUTH/);
  });
});

/** Runs redis-server with the arguments of k8s/databases.yaml, in a folder of its own. */
async function startRedis() {
  const program = findRedisServer();
  if (program === undefined) throw new Error('This test needs redis-server: run it as `npm test -- FILE`.');
  const folder = await mkdtemp(join(tmpdir(), 'filemill-redis-'));
  const secrets = makeSecrets()[0]?.stringData as Record<string, string>;
  await writeFile(join(folder, 'redis-users.acl'), secrets['redis-users.acl'] ?? '');
  const workload = workloadsOf(readManifests('k8s/databases.yaml')).find(({ name }) => name === 'redis');
  const args = workload?.container.args?.slice(1) ?? [];
  const here = args.map((arg) => arg.replace('/run/secrets/filemill', folder).replace(/^\/data$/, folder));
  const port = await freePort();
  const child = spawn(program, [...here, '--port', String(port), '--bind', '127.0.0.1'], { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  const url = secrets['redis-url']?.replace('@redis:6379', `@127.0.0.1:${port}`) ?? '';
  await untilAnswers(url);
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
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
