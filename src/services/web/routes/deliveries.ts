import { z } from 'zod';
import type { Json } from '#contract/schemas.ts';
import { deliveryToJson } from '#contract/webhooks.ts';
import { deliveryStates } from '#domain/webhook.ts';
import type { Backend } from '../backend.ts';
import { idsBody, pageParameters } from '../http/query.ts';
import { route } from '../http/route.ts';

export function listDeliveries({ webhooks }: Backend) {
  return route({
    name: 'listDeliveries',
    method: 'GET',
    path: '/api/v1/webhooks/{id}/deliveries',
    tag: 'Webhooks',
    summary: 'List the deliveries of a webhook',
    description: 'Lists the events that a webhook was or will be sent, newest first.',
    query: {
      state: z
        .enum(deliveryStates, `must be one of ${deliveryStates.join(', ')}`)
        .optional()
        .describe('GIVEN_UP: no attempt succeeded within 24 hours.'),
      file_id: z.uuid('must be a UUID').optional().describe('Only what was told of this file.'),
      ...pageParameters,
    },
    answers: { 200: { description: 'One page.', schema: 'DeliveriesPage' } },
    problems: ['WEBHOOK_NOT_FOUND', 'FILTER_TOO_BROAD'],
    mayBeStale: true,
    async handle({ params: { id = '' }, query, onward }): Promise<Json<'DeliveriesPage'>> {
      const { state = '', file_id: fileId = '', page_size: pageSize = 0, page_token: pageToken = '' } = query;
      const page = await webhooks.listDeliveries({ webhookId: id, state, fileId, pageSize, pageToken }, onward);
      return { deliveries: page.deliveries.map(deliveryToJson), next_page_token: page.nextPageToken };
    },
  });
}

export function replayDeliveries({ webhooks }: Backend) {
  return route({
    name: 'replayDeliveries',
    method: 'POST',
    path: '/api/v1/webhooks/{id}/replay',
    tag: 'Webhooks',
    summary: 'Replay deliveries',
    description: 'Sends events again, with the same id and the same body.',
    body: idsBody,
    answers: {
      200: { description: 'The outcome for each: SKIPPED are unknown, or not sent yet.', schema: 'Replayed' },
    },
    problems: ['WEBHOOK_NOT_FOUND'],
    async handle({ params: { id = '' }, body: { ids }, onward }): Promise<Json<'Replayed'>> {
      const { replayedIds } = await webhooks.replayDeliveries({ webhookId: id, ids: [...ids] }, onward);
      return {
        items: ids.map((one) => ({
          id: one,
          outcome: replayedIds.includes(one.toLowerCase()) ? 'REPLAYED' : 'SKIPPED',
        })),
      };
    },
  });
}
