import { setTimeout as delay } from 'node:timers/promises';
import { WebhookService } from '#gen/filemill/v1/webhook_service_pb.ts';
import { never } from '#platform/abort.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { eventually } from '../../support/eventually.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';
import type { Fault, Scene } from '../fault.ts';
import type { Stack } from '../stack.ts';
import { dieAt } from './die-at.ts';

/** A webhook whose receiver fails, and a sender that dies: every completed file is told of, and no other. */
export const webhookFaults: readonly Fault[] = [
  withWebhook({ row: 45, name: 'webhook-down', title: "a webhook's receiver is away for 3 s", inject: goAway }),
  withWebhook({ row: 45, name: 'webhook-slow', title: "a webhook's receiver takes a second for each", inject: beSlow }),
  withWebhook({
    row: 45,
    name: 'webhook-500',
    title: "a webhook's receiver answers two of three with 500",
    inject: refuse,
  }),
  withWebhook({
    row: 45,
    name: 'webhook-duplicate',
    title: "answers of a webhook's receiver are lost: what it has comes again",
    inject: loseAnswers,
  }),
  withWebhook({
    row: 46,
    name: 'kill-at-webhooks-sending',
    title: 'metadata dies before it tells a webhook',
    inject: (_, scene) => dieAt(scene, 'metadata', 'webhooks.sending', { pass: scene.random.between(1, 6) }),
  }),
  withWebhook({
    row: 46,
    name: 'kill-at-webhooks-sent',
    title: 'metadata dies after it told a webhook, before it notes that',
    inject: (_, scene) => dieAt(scene, 'metadata', 'webhooks.sent', { pass: scene.random.between(1, 6) }),
  }),
];

interface WebhookFault extends Pick<Fault, 'row' | 'name' | 'title'> {
  inject(receiver: WebhookReceiver, scene: Scene): Promise<void>;
}

/** Longer than the lease of a webhook whose process died, and than the first pauses and retries. */
const toldWithinMs = 120_000;

function withWebhook({ inject, ...fault }: WebhookFault): Fault {
  let receiver: WebhookReceiver | undefined;
  const required = () => {
    if (receiver === undefined) throw new Error('the round was not prepared');
    return receiver;
  };
  return {
    ...fault,
    async prepare({ channel }) {
      receiver = await startWebhookReceiver();
      const request = { url: receiver.url, events: ['file.completed'] };
      const { secret } = await patiently(() => channel.client(WebhookService).createWebhook(request));
      receiver.secrets.push(secret);
    },
    inject: (scene) => inject(required(), scene),
    missing: (stack, names) => untold(stack, names, required()),
    async cleanUp({ channel }) {
      const webhooks = channel.client(WebhookService);
      const ids = (await patiently(() => webhooks.listWebhooks({}))).webhooks.map(({ id }) => id);
      if (ids.length > 0) await patiently(() => webhooks.deleteWebhooks({ ids }));
      await receiver?.[Symbol.asyncDispose]();
    },
  };
}

/** A service may not have come back yet. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  return await withRetry(call, { signal: never, forMs: 60_000 });
}

/** Completed files of which the receiver was not told in time, and files of which it should not have been told. */
async function untold({ postgres }: Stack, names: readonly string[], { received }: WebhookReceiver): Promise<string[]> {
  const rows = await postgres.query<{ id: string }>(
    `select id from files where status = 'COMPLETED' and filename = any ($1)`,
    [names],
  );
  const completed = new Set(rows.map(({ id }) => id));
  const told = () => new Set(received.map(({ data }) => data.id));
  for (const giveUpAt = performance.now() + toldWithinMs; performance.now() < giveUpAt; await delay(50))
    if (completed.isSubsetOf(told())) break;
  const missing = [...completed.difference(told())].map((id) => `the webhook was not told of ${id}`);
  const unknown = [...told().difference(completed)].map(
    (id) => `the webhook was told of ${id}, which is not COMPLETED`,
  );
  return [...missing, ...unknown];
}

async function goAway(receiver: WebhookReceiver, { load, injected }: Scene): Promise<void> {
  await receiver.close();
  await load.acknowledges(6);
  await delay(3_000);
  injected();
  await receiver.open();
}

async function beSlow(receiver: WebhookReceiver, { load, injected }: Scene): Promise<void> {
  receiver.answer = (_, response) => {
    injected();
    setTimeout(() => response.writeHead(204).end(), 1_000);
  };
  await load.acknowledges(12);
}

async function refuse(receiver: WebhookReceiver, { load, random, injected }: Scene): Promise<void> {
  receiver.answer = ({ id }, response) => {
    const fails = random.between(1, 3) < 3;
    if (fails) {
      injected();
      // It counts only what it took.
      receiver.forget(id);
    }
    response.writeHead(fails ? 500 : 204).end();
  };
  await load.acknowledges(12);
  receiver.answer = undefined;
}

async function loseAnswers(receiver: WebhookReceiver, { load, injected }: Scene): Promise<void> {
  const seen = new Set<string>();
  receiver.answer = ({ id }, response) => {
    if (seen.has(id)) {
      injected();
      response.writeHead(204).end();
    } else response.destroy();
    seen.add(id);
  };
  await load.acknowledges(12);
  // A lost answer is retried after some seconds.
  await eventually(
    'a message came twice',
    () => receiver.received.length > new Set(receiver.received.map(({ id }) => id)).size,
  );
  receiver.answer = undefined;
}
