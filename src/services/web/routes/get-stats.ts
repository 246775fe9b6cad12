import type { Json } from '#contract/schemas.ts';
import { lookUpStats } from '#sdk/stats-lookup.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';

export function getStats({ metadata, upload }: Backend) {
  return route({
    name: 'getStats',
    method: 'GET',
    path: '/api/v1/stats',
    summary:
      'How many files are in each state, why files FAILED, which workers are alive, and what incomplete uploads hold.',
    answers: { 200: { description: 'The current counts.', schema: 'Stats' } },
    handle: async ({ onward }): Promise<Json<'Stats'>> => await lookUpStats(metadata, upload, onward),
  });
}
