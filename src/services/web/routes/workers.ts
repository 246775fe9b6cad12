import { workerToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import { FilemillError } from '#domain/errors.ts';
import type { GetStatsResponse_WorkerState } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';

export function listWorkers({ metadata }: Backend) {
  return route({
    name: 'listWorkers',
    method: 'GET',
    path: '/api/v1/workers',
    tag: 'Workers',
    summary: 'List workers',
    description: 'Lists the workers that are alive, by name, with what each is doing.',
    answers: { 200: { description: 'The workers.', schema: 'Workers' } },
    handle: async ({ onward }): Promise<Json<'Workers'>> => ({
      workers: (await metadata.getStats({ workersOnly: true }, onward)).workers.map(workerToJson),
    }),
  });
}

export function drainWorker({ metadata }: Backend) {
  return route({
    name: 'drainWorker',
    method: 'POST',
    path: '/api/v1/workers/{name}/drain',
    tag: 'Workers',
    summary: 'Drain a worker',
    description:
      'Has a worker claim no more files and finish those that it holds; then its state is DRAINED, and its process may be stopped. The worker hears of it within 5 seconds.',
    answers: { 200: { description: 'The worker.', schema: 'Worker' } },
    problems: ['WORKER_NOT_FOUND'],
    handle: async ({ params: { name = '' }, onward }): Promise<Json<'Worker'>> =>
      told((await metadata.drainWorker({ name }, onward)).worker),
  });
}

export function resumeWorker({ metadata }: Backend) {
  return route({
    name: 'resumeWorker',
    method: 'POST',
    path: '/api/v1/workers/{name}/resume',
    tag: 'Workers',
    summary: 'Resume a worker',
    description: 'Has a drained or draining worker claim files again.',
    answers: { 200: { description: 'The worker.', schema: 'Worker' } },
    problems: ['WORKER_NOT_FOUND'],
    handle: async ({ params: { name = '' }, onward }): Promise<Json<'Worker'>> =>
      told((await metadata.resumeWorker({ name }, onward)).worker),
  });
}

function told(worker: GetStatsResponse_WorkerState | undefined): Json<'Worker'> {
  if (worker === undefined) throw new FilemillError('INTERNAL', 'The answer holds no worker.');
  return workerToJson(worker);
}
