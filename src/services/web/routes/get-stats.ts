import type { Json } from '#contract/schemas.ts';
import { lookUpStats } from '#sdk/stats-lookup.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';

export function getStats({ metadata, upload }: Backend) {
  return route({
    name: 'getStats',
    method: 'GET',
    path: '/api/v1/stats',
    tag: 'System',
    summary: 'Get statistics',
    description:
      'Counts files by status and by reason of failure, and lists the live workers and the incomplete uploads.',
    answers: { 200: { description: 'The current counts.', schema: 'Stats' } },
    mayBeStale: true,
    handle: async ({ onward }): Promise<Json<'Stats'>> => await lookUpStats(metadata, upload, onward),
  });
}
