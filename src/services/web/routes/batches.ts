import { z } from 'zod';
import { PriorityBody } from '#contract/batch-schema.ts';
import { batchToJson } from '#contract/batches.ts';
import type { Json } from '#contract/schemas.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';

const query = {
  tenant: z.string().default('').describe('By default that of the caller. Only the scope `admin` may name another.'),
} as const;

const changed = { 200: { description: 'The batch as it is now.', schema: 'ChangedBatch' } } as const;

export function listBatches({ metadata }: Backend) {
  return route({
    name: 'listBatches',
    method: 'GET',
    path: '/api/v1/batches',
    tag: 'Batches',
    summary: 'List batches',
    description: 'Lists the newest 1,000 batches that have files, newest first.',
    answers: { 200: { description: 'The batches.', schema: 'Batches' } },
    mayBeStale: true,
    handle: async ({ onward }): Promise<Json<'Batches'>> => ({
      batches: (await metadata.listBatches({}, onward)).batches.map(batchToJson),
    }),
  });
}

export function getBatch({ metadata }: Backend) {
  return route({
    name: 'getBatch',
    method: 'GET',
    path: '/api/v1/batches/{name}',
    tag: 'Batches',
    summary: 'Get a batch',
    description:
      'Counts the files of a batch by state and by reason of failure, and tells how fast they are completed.',
    query,
    answers: { 200: { description: 'The batch.', schema: 'Batch' } },
    problems: ['BATCH_NOT_FOUND'],
    handle: async ({ params: { name = '' }, query: { tenant }, onward }): Promise<Json<'Batch'>> =>
      batchToJson((await metadata.getBatch({ name, tenant }, onward)).batch),
  });
}

export function pauseBatch({ metadata }: Backend) {
  return route({
    name: 'pauseBatch',
    method: 'POST',
    path: '/api/v1/batches/{name}/pause',
    tag: 'Batches',
    summary: 'Pause a batch',
    description:
      'Holds the files of a batch back: those that wait, those that come later, and those that come back from a worker.',
    query,
    answers: changed,
    problems: ['BATCH_NOT_FOUND'],
    async handle({ params: { name = '' }, query: { tenant }, onward }): Promise<Json<'ChangedBatch'>> {
      const { batch, more } = await metadata.pauseBatch({ name, tenant }, onward);
      return { batch: batchToJson(batch), more };
    },
  });
}

export function resumeBatch({ metadata }: Backend) {
  return route({
    name: 'resumeBatch',
    method: 'POST',
    path: '/api/v1/batches/{name}/resume',
    tag: 'Batches',
    summary: 'Resume a batch',
    description: 'Makes the PAUSED files of a batch PENDING again.',
    query,
    answers: changed,
    problems: ['BATCH_NOT_FOUND'],
    async handle({ params: { name = '' }, query: { tenant }, onward }): Promise<Json<'ChangedBatch'>> {
      const { batch, more } = await metadata.resumeBatch({ name, tenant }, onward);
      return { batch: batchToJson(batch), more };
    },
  });
}

export function cancelBatch({ metadata }: Backend) {
  return route({
    name: 'cancelBatch',
    method: 'POST',
    path: '/api/v1/batches/{name}/cancel',
    tag: 'Batches',
    summary: 'Cancel a batch',
    description:
      'Ends the files of a batch that have not ended: they become FAILED with the reason CANCELLED, and may be retried. Repeat the request while there is more.',
    query,
    answers: changed,
    problems: ['BATCH_NOT_FOUND'],
    async handle({ params: { name = '' }, query: { tenant }, onward }): Promise<Json<'ChangedBatch'>> {
      const { batch, more } = await metadata.cancelBatch({ name, tenant }, onward);
      return { batch: batchToJson(batch), more };
    },
  });
}

export function setBatchPriority({ metadata }: Backend) {
  return route({
    name: 'setBatchPriority',
    method: 'PUT',
    path: '/api/v1/batches/{name}/priority',
    tag: 'Batches',
    summary: 'Set the priority of a batch',
    description:
      'Sets the priority of the files of a batch that wait, and of those that are uploaded to it without one of their own. It may be set before the first file comes.',
    query,
    body: PriorityBody,
    answers: { 200: { description: 'The priority.', schema: 'BatchPriority' } },
    problems: ['BATCH_NOT_FOUND'],
    async handle({
      params: { name = '' },
      query: { tenant },
      body: { priority },
      onward,
    }): Promise<Json<'BatchPriority'>> {
      const { more } = await metadata.setBatchPriority({ name, tenant, priority }, onward);
      return { priority, more };
    },
  });
}
