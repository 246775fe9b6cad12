import { z } from 'zod';
import type { Json } from '#contract/schemas.ts';
import { webhookToJson } from '#contract/webhooks.ts';
import { fileEvents } from '#domain/webhook.ts';
import type { Backend } from '../backend.ts';
import { idsBody } from '../http/query.ts';
import { route } from '../http/route.ts';

const path = '/api/v1/webhooks';

const texts = z.array(z.string('must be text'), 'must be a list');

const fields = {
  description: z.string('must be text').exactOptional().describe('At most 200 characters.'),
  events: z
    .array(z.enum(fileEvents), `must list some of ${fileEvents.join(', ')}`)
    .exactOptional()
    .describe('All of them unless given.'),
  types: texts.exactOptional().describe('Only files of these types, such as `text/plain` or `image/*`.'),
  paths: texts.exactOptional().describe('Only files whose path begins so.'),
} as const;

const newWebhook = z.strictObject(
  {
    url: z.string('must be text').describe('Where to post to: `https://…`.'),
    ...fields,
    tenant: z
      .string('must be text')
      .exactOptional()
      .describe('Your own unless given; `admin` may name another, or `*` for all.'),
  },
  'must be a JSON object such as {"url": "https://…"}',
);

const changes = z.strictObject(
  {
    url: z.string('must be text').exactOptional(),
    ...fields,
    enabled: z.boolean('must be true or false').exactOptional(),
  },
  'must be a JSON object such as {"enabled": false}',
);

export function listWebhooks({ webhooks }: Backend) {
  return route({
    name: 'listWebhooks',
    method: 'GET',
    path,
    tag: 'Webhooks',
    summary: 'List webhooks',
    description: 'Lists webhooks without their secrets, newest first.',
    answers: { 200: { description: 'Those of your tenant.', schema: 'Webhooks' } },
    handle: async ({ onward }): Promise<Json<'Webhooks'>> => ({
      webhooks: (await webhooks.listWebhooks({}, onward)).webhooks.map(webhookToJson),
    }),
  });
}

export function createWebhook({ webhooks }: Backend) {
  return route({
    name: 'createWebhook',
    method: 'POST',
    path,
    tag: 'Webhooks',
    summary: 'Create a webhook',
    description: 'Creates a webhook. The answer is the only time its secret is shown.',
    body: newWebhook,
    answers: { 201: { description: 'The webhook and its secret.', schema: 'NewWebhook' } },
    async handle({ body, onward, reply }) {
      const { webhook, secret } = await webhooks.createWebhook(body, onward);
      const made: Json<'NewWebhook'> = { webhook: webhookToJson(webhook), secret };
      return reply.code(201).send(made);
    },
  });
}

export function updateWebhook({ webhooks }: Backend) {
  return route({
    name: 'updateWebhook',
    method: 'PATCH',
    path: `${path}/{id}`,
    tag: 'Webhooks',
    summary: 'Update a webhook',
    description: 'Changes the given fields of a webhook and leaves the others as they are.',
    body: changes,
    answers: { 200: { description: 'The webhook.', schema: 'Webhook' } },
    problems: ['WEBHOOK_NOT_FOUND'],
    async handle({ params: { id = '' }, body, onward }): Promise<Json<'Webhook'>> {
      const { events, types, paths, ...rest } = body;
      const lists = {
        ...(events && { events: { values: events } }),
        ...(types && { types: { values: types } }),
        ...(paths && { paths: { values: paths } }),
      };
      return webhookToJson((await webhooks.updateWebhook({ id, ...rest, ...lists }, onward)).webhook);
    },
  });
}

export function deleteWebhooks({ webhooks }: Backend) {
  return route({
    name: 'deleteWebhooks',
    method: 'POST',
    path: `${path}:delete`,
    tag: 'Webhooks',
    summary: 'Delete webhooks',
    description: 'Deletes webhooks. Events that they were not sent yet are dropped.',
    body: idsBody,
    answers: { 200: { description: 'The outcome for each.', schema: 'DeletedWebhooks' } },
    async handle({ body: { ids }, onward }): Promise<Json<'DeletedWebhooks'>> {
      const { deletedIds } = await webhooks.deleteWebhooks({ ids: [...ids] }, onward);
      return { items: ids.map((id) => ({ id, outcome: deletedIds.includes(id) ? 'DELETED' : 'NOT_FOUND' })) };
    },
  });
}

export function rotateWebhookSecret({ webhooks }: Backend) {
  return route({
    name: 'rotateWebhookSecret',
    method: 'POST',
    path: `${path}/{id}/rotate`,
    tag: 'Webhooks',
    summary: 'Rotate the secret of a webhook',
    description:
      'Makes a new secret, which is shown only in this answer. For 24 hours, messages are signed with the old ' +
      'secret too.',
    answers: { 200: { description: 'The webhook and its new secret.', schema: 'NewWebhook' } },
    problems: ['WEBHOOK_NOT_FOUND'],
    async handle({ params: { id = '' }, onward }): Promise<Json<'NewWebhook'>> {
      const { webhook, secret } = await webhooks.rotateWebhookSecret({ id }, onward);
      return { webhook: webhookToJson(webhook), secret };
    },
  });
}

export function testWebhook({ webhooks }: Backend) {
  return route({
    name: 'testWebhook',
    method: 'POST',
    path: `${path}/{id}/test`,
    tag: 'Webhooks',
    summary: 'Test a webhook',
    description: 'Posts one message of the type `webhook.test` right away, and says how the receiver answered.',
    answers: { 200: { description: 'What the receiver answered.', schema: 'WebhookTest' } },
    problems: ['WEBHOOK_NOT_FOUND'],
    async handle({ params: { id = '' }, onward }): Promise<Json<'WebhookTest'>> {
      const { delivered, status, error, milliseconds } = await webhooks.testWebhook({ id }, onward);
      return { delivered, status: status || null, error: error || null, milliseconds };
    },
  });
}
