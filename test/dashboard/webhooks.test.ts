import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { Dashboard, row } from './support/dashboard.ts';

describe('the webhooks page', () => {
  let dashboard: Dashboard;
  let receiver: WebhookReceiver;
  before(async () => {
    receiver = await startWebhookReceiver();
    dashboard = await Dashboard.start({ FILEMILL_WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1' });
    await dashboard.stack.start('worker');
  });
  after(async () => {
    await receiver[Symbol.asyncDispose]();
    await dashboard[Symbol.asyncDispose]();
  });

  it('makes a webhook, shows what it was told, and tells it again', async () => {
    const page = await dashboard.open('webhooks');
    await page.getByText('There is no webhook yet').waitFor();
    await page.getByLabel('Address').fill(receiver.url);
    await page.getByLabel('Description').fill('for tests');
    await page.getByRole('button', { name: 'Make webhook' }).click();
    const made = page.getByRole('region', { name: 'The webhook is made' });
    const secret = /whsec_[\w+/]+=*/.exec((await made.textContent()) ?? '')?.[0] ?? '';
    receiver.secrets.push(secret);
    const webhook = row(page, 'for tests');
    await webhook.getByText('works').waitFor();

    await webhook.getByRole('button', { name: 'Test' }).click();
    await page.getByText('The receiver answered 204').waitFor();

    await dashboard.upload('told.txt', 'some words');
    await webhook.getByRole('link').click();
    const delivery = row(page, 'told.txt');
    for (let tries = 0; (await delivery.getByText('DELIVERED').count()) === 0; tries++) {
      assert.ok(tries < 300, 'it was not delivered');
      await page.getByRole('button', { name: 'Reload' }).click();
      await page.waitForTimeout(100);
    }
    await delivery.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('told.txt is told of again.').waitFor();
    for (let tries = 0; receiver.received.length < 3; tries++) {
      assert.ok(tries < 300, 'it was not told again');
      await page.waitForTimeout(100);
    }
    assert.equal(receiver.received[1]?.id, receiver.received[2]?.id);
    await page.context().close();
  });
});
