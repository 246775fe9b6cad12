import { statsToJson } from '#client/json.ts';
import type { Backend } from '../backend.ts';
import { route } from '../route.ts';
import type { Json } from '../schemas.ts';

export function getStats({ metadata }: Backend) {
  return route({
    name: 'getStats',
    method: 'GET',
    path: '/api/v1/stats',
    summary: 'How many files are in each state, why files FAILED, and which workers are alive.',
    answers: { 200: { description: 'The counts of this moment.', schema: 'Stats' } },
    handle: async ({ signal }): Promise<Json<'Stats'>> => statsToJson(await metadata.getStats({}, { signal })),
  });
}
