import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startWebhookReceiver, type WebhookReceiver } from '#test/support/webhook-receiver.ts';
import { Destinations } from './destinations.ts';
import { HttpSender } from './http-sender.ts';

const secret = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;
const message = { id: 'm', type: 'file.completed', timestamp: '2026-01-01T00:00:00Z', data: { id: 'f' } };

describe('The sender of webhooks', () => {
  let receiver: WebhookReceiver;
  before(async () => {
    receiver = await startWebhookReceiver();
    receiver.secrets.push(secret);
  });
  after(() => receiver[Symbol.asyncDispose]());

  async function send(allowPrivate: readonly string[], url = receiver.url) {
    await using sender = new HttpSender(new Destinations({ allowHttp: true, allowPrivate }));
    return await sender.send({ url, secrets: [secret] }, message);
  }

  it('reaches an address that is permitted, by its number and by a name', async () => {
    for (const url of [receiver.url, receiver.url.replace('127.0.0.1', 'localhost')])
      assert.deepEqual(await send(['127.0.0.1'], url), { status: 204, error: '' });
  });

  it('connects to no other, by its number or by a name that leads there', async () => {
    const before = receiver.received.length;
    for (const url of [receiver.url, receiver.url.replace('127.0.0.1', 'localhost')]) {
      const { status, error } = await send([], url);
      assert.equal(status, 0);
      assert.match(error, /where webhooks may not send/);
    }
    assert.equal(receiver.received.length, before);
  });

  it('keeps the beginning of an answer that is no success, however long it is', async () => {
    receiver.answer = (_, response) =>
      void response.writeHead(503, { 'retry-after': '7' }).end('busy '.repeat(100_000));
    const { status, error, pauseMs } = await send(['127.0.0.1']);
    receiver.answer = undefined;
    assert.deepEqual([status, pauseMs], [503, 7_000]);
    assert.match(error, /^503: (busy ){50}/);
    assert.ok(error.length < 400);
  });

  it('tells why a receiver did not answer', async () => {
    receiver.answer = (_, response) => void response.destroy();
    const { status, error } = await send(['127.0.0.1']);
    receiver.answer = undefined;
    assert.equal(status, 0);
    assert.notEqual(error, '');
  });
});
