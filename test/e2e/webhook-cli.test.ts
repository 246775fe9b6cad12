import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json } from '#contract/schemas.ts';
import { type CliRun, filemill } from '../support/cli.ts';
import { type Cluster, startCluster, workingServices } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

describe('filemill webhook', () => {
  let cluster: Cluster;
  let receiver: WebhookReceiver;
  before(async () => {
    receiver = await startWebhookReceiver();
    const settings = { FILEMILL_WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1' };
    cluster = await startCluster({ services: workingServices, settings });
  });
  after(async () => {
    await receiver[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const run = async (...args: string[]): Promise<CliRun> =>
    await filemill(args, { server: cluster.target('upload'), stdin: 'some words' });

  it('makes one that is told of an upload, lists what it was told, tells it again, and deletes it', async () => {
    const made = await run(
      'webhook',
      'create',
      receiver.url,
      '--event',
      'file.completed',
      '--type',
      'text/*',
      '--json',
    );
    const [{ webhook: { id = '' } = {}, secret = '' } = {}] = made.lines<Partial<Json<'NewWebhook'>>>();
    assert.equal(made.code, 0, made.stderr);
    receiver.secrets.push(secret);
    assert.match((await run('webhook', 'list')).stdout, new RegExp(`${id}.*works`));
    assert.match((await run('webhook', 'test', id)).stdout, /answered 204/);

    assert.equal((await run('upload', '-', '--name', 'told.txt')).code, 0);
    const told = await eventually('it was delivered', async () => {
      const listed = await run('webhook', 'deliveries', id, '--state', 'DELIVERED', '--json');
      return listed.lines<Json<'Delivery'>>()[0];
    });
    assert.deepEqual([told.filename, told.event, told.attempts], ['told.txt', 'file.completed', 1]);

    assert.equal((await run('webhook', 'replay', id, told.id)).code, 0);
    await eventually('it was told again', () => receiver.received.filter((one) => one.id === told.id).length === 2);
    assert.equal((await run('webhook', 'replay', id)).code, 2);

    const rotated = await run('webhook', 'rotate', id, '--json');
    assert.notEqual(rotated.lines<Json<'NewWebhook'>>()[0]?.secret, secret);
    assert.match((await run('webhook', 'update', id, '--disable')).stdout, /disabled/);
    assert.equal((await run('webhook', 'delete', id)).code, 0);
    assert.equal((await run('webhook', 'delete', id)).code, 4);
  });

  it('says what is wrong with a URL', async () => {
    const { code, stderr } = await run('webhook', 'create', 'https://169.254.169.254/');
    assert.notEqual(code, 0);
    assert.match(stderr, /FILEMILL_WEBHOOKS_ALLOW_PRIVATE/);
  });
});
