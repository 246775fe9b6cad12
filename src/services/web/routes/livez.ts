import type { Json } from '#contract/schemas.ts';
import { route } from '../http/route.ts';

export function livez() {
  return route({
    name: 'livez',
    method: 'GET',
    path: '/livez',
    summary: 'Tells whether this process runs.',
    answers: { 200: { description: 'It runs.', schema: 'Live' } },
    handle: async (): Promise<Json<'Live'>> => ({ live: true }),
  });
}
