import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import type { Identity, Scope } from '#domain/access.ts';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { ResultWriterService } from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { WebhookService } from '#gen/filemill/v1/webhook_service_pb.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import { type Cluster, failFiles, startCluster } from '#test/support/cluster.ts';
import { eventually } from '#test/support/eventually.ts';
import { type TestRedis, testRedis } from '#test/support/stores.ts';
import { startWebhookReceiver, type WebhookReceiver } from '#test/support/webhook-receiver.ts';

let redis: TestRedis;
let cluster: Cluster;
let channels: Record<'metadata' | 'result', RpcChannel>;
let webhooks: RpcClient<typeof WebhookService>;
let receiver: WebhookReceiver;
const stream = 'filemill:events';

before(async () => {
  redis = await testRedis();
  const settings = {
    FILEMILL_REDIS_URL: redis.url,
    FILEMILL_EVENTS_REDIS_STREAM: stream,
    FILEMILL_WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1',
  };
  cluster = await startCluster({ settings, ownRoles: true });
  channels = { metadata: new RpcChannel(cluster.target('metadata')), result: new RpcChannel(cluster.target('result')) };
  webhooks = channels.metadata.client(WebhookService);
  receiver = await startWebhookReceiver();
});
after(async () => {
  await receiver[Symbol.asyncDispose]();
  for (const channel of Object.values(channels)) channel[Symbol.dispose]();
  await cluster[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});
afterEach(async () => {
  const { webhooks: all } = await webhooks.listWebhooks({}, caller('elsewhere', 'admin'));
  const ids = all.filter(({ url }) => url.startsWith('http')).map(({ id }) => id);
  if (ids.length > 0) await webhooks.deleteWebhooks({ ids }, caller('elsewhere', 'admin'));
  receiver.received.length = 0;
  receiver.answer = undefined;
});

function caller(tenant: string, ...scopes: Scope[]): { caller: Identity } {
  return { caller: { kind: 'token', id: 't', name: 't', tenant, scopes: ['webhooks', ...scopes] } };
}
const red = caller('red');

async function subscribe(fields: object = {}, as = red): Promise<string> {
  const { webhook, secret } = await webhooks.createWebhook({ url: receiver.url, ...fields }, as);
  receiver.secrets.push(secret);
  return webhook?.id ?? '';
}

async function create(tenant = 'red'): Promise<string> {
  const id = randomUUIDv7();
  const one = { ids: [id], storageKeys: [id], filenames: [`${id}.txt`], paths: [''], sizes: [3n] };
  const declared = { mimeTypes: ['text/plain'], declaredSha256s: [''], idempotencyKeys: [''], tenants: [tenant] };
  await channels.metadata.client(FileLifecycleService).createFiles({ ...one, ...declared });
  return id;
}

async function complete(tenant = 'red'): Promise<string> {
  const id = await create(tenant);
  const leaseToken = randomUUID();
  await channels.metadata.client(FileLifecycleService).claimFiles({ ids: [id], leaseToken, worker: 'w' });
  const sha256 = 'ab'.repeat(32);
  const output = { mime_type: 'text/plain', word_count: 1, sha256, size: 3 };
  const result = { mimeTypes: ['text/plain'], sha256s: [sha256], outputJsons: [JSON.stringify(output)] };
  await channels.result
    .client(ResultWriterService)
    .saveResults({ fileIds: [id], leaseTokens: [leaseToken], ...result });
  return id;
}

async function remove(id: string): Promise<void> {
  await channels.metadata.client(MetadataService).deleteFiles({ ids: [id] }, caller('red', 'delete'));
}

const typesOf = (id: string) => receiver.received.filter(({ data }) => data.id === id).map(({ type }) => type);

async function states(webhookId: string): Promise<string[]> {
  const { deliveries } = await webhooks.listDeliveries({ webhookId }, red);
  return deliveries.map(({ state }) => state);
}

describe('A webhook', () => {
  it('is told once of each file of its tenant that is completed, fails or is deleted, in order', async () => {
    const id = await subscribe();
    const [done, broken] = [await complete(), await create()];
    await complete('blue');
    await failFiles(cluster, [broken]);
    await remove(done);
    await eventually('all is delivered', async () => (await states(id)).join() === 'DELIVERED,DELIVERED,DELIVERED');
    assert.deepEqual(typesOf(done), ['file.completed', 'file.deleted']);
    assert.deepEqual(typesOf(broken), ['file.failed']);
    assert.equal(receiver.received.length, 3);
    assert.deepEqual(receiver.received.map(({ data }) => data.status).sort(), ['COMPLETED', 'COMPLETED', 'FAILED']);
  });

  it('is told again, with the same id and body, until it answers with a 2xx; what follows of the file waits', async () => {
    const id = await subscribe();
    let refusals = 0;
    receiver.answer = (_, response) => {
      refusals += 1;
      response.writeHead(refusals === 1 ? 500 : 204).end(refusals === 1 ? 'not today' : '');
    };
    const file = await complete();
    const refused = await eventually('it was refused', async () =>
      (await webhooks.listDeliveries({ webhookId: id, state: 'PENDING' }, red)).deliveries.find(
        (one) => one.attempts === 1,
      ),
    );
    assert.deepEqual([refused.lastStatus, refused.lastError], [500, '500: not today']);
    await remove(file);
    await eventually('all is delivered', async () => (await states(id)).join() === 'DELIVERED,DELIVERED');
    assert.deepEqual(typesOf(file), ['file.completed', 'file.completed', 'file.deleted']);
    const [first, second] = receiver.received;
    assert.deepEqual([first?.id, first?.body], [second?.id, second?.body]);
    assert.equal(first?.id, refused.id);
  });

  it('is disabled by 410, and shows why', async () => {
    const id = await subscribe();
    receiver.answer = (_, response) => void response.writeHead(410).end();
    await complete();
    const find = async () => (await webhooks.listWebhooks({}, red)).webhooks.find((one) => one.id === id);
    await eventually('it is disabled', async () => (await find())?.enabled === false);
    assert.match((await find())?.disabledReason ?? '', /410/);
  });

  it('follows no redirect', async () => {
    const id = await subscribe();
    receiver.answer = ({ type }, response) =>
      void response.writeHead(type === 'webhook.test' ? 307 : 204, { location: receiver.url }).end();
    const { delivered, status } = await webhooks.testWebhook({ id }, red);
    assert.deepEqual([delivered, status, receiver.received.length], [false, 307, 1]);
  });

  it('signs with both secrets after a rotation', async () => {
    const id = await subscribe();
    const { secret } = await webhooks.rotateWebhookSecret({ id }, red);
    receiver.secrets.push(secret);
    assert.equal((await webhooks.testWebhook({ id }, red)).delivered, true);
    assert.equal(receiver.received[0]?.signatures, 2);
  });

  it('is sent again what is replayed', async () => {
    const id = await subscribe();
    await complete();
    await eventually('it is delivered', async () => (await states(id)).join() === 'DELIVERED');
    const [{ id: delivery = '' } = {}] = (await webhooks.listDeliveries({ webhookId: id }, red)).deliveries;
    const unknown = randomUUID();
    const { replayedIds, skippedIds } = await webhooks.replayDeliveries(
      { webhookId: id, ids: [delivery, unknown] },
      red,
    );
    assert.deepEqual([replayedIds, skippedIds], [[delivery], [unknown]]);
    await eventually('it came twice', () => receiver.received.length === 2);
    assert.deepEqual(
      receiver.received.map((one) => one.id),
      [delivery, delivery],
    );
  });

  it('of another tenant is none', async () => {
    const id = await subscribe();
    const blue = caller('blue');
    assert.deepEqual((await webhooks.listWebhooks({}, blue)).webhooks, []);
    assert.deepEqual((await webhooks.deleteWebhooks({ ids: [id] }, blue)).missingIds, [id]);
    for (const call of [
      () => webhooks.testWebhook({ id }, blue),
      () => webhooks.rotateWebhookSecret({ id }, blue),
      () => webhooks.updateWebhook({ id, enabled: false }, blue),
      () => webhooks.listDeliveries({ webhookId: id }, blue),
      () => webhooks.replayDeliveries({ webhookId: id, ids: [id] }, blue),
    ])
      await assert.rejects(call(), { reason: 'WEBHOOK_NOT_FOUND' });
    for (const tenant of ['red', '*'])
      await assert.rejects(webhooks.createWebhook({ url: receiver.url, tenant }, blue), {
        reason: 'PERMISSION_DENIED',
      });
  });

  it('leads to no private address that is not allowed', async () => {
    for (const url of [
      'https://127.0.0.2/',
      'https://[::1]/',
      'https://169.254.169.254/',
      'ftp://a.example/',
      'https://u:p@a.example/',
    ])
      await assert.rejects(webhooks.createWebhook({ url }, red), { reason: 'REQUEST_INVALID' });
  });
});

describe('The stream of Redis', () => {
  it('gets every event of every tenant', async () => {
    const ids = [await complete('green'), await complete('yellow')];
    await using client = {
      redis: new Redis(redis.url.slice('unix://'.length)),
      async [Symbol.asyncDispose]() {
        this.redis.disconnect();
      },
    };
    const entries = await eventually('both are there', async () => {
      const found = (await client.redis.xrange(stream, '-', '+')).map(([, fields]) => fields);
      const mine = found.filter((fields) => ids.includes(JSON.parse(fields[7] ?? '{}').id));
      return mine.length >= 2 && mine;
    });
    assert.deepEqual(
      entries[0]?.filter((_, n) => n % 2 === 0),
      ['id', 'type', 'timestamp', 'data'],
    );
    assert.equal(entries[0]?.[3], 'file.completed');
  });
});
