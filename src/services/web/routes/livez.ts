import type { Json } from '#contract/schemas.ts';
import { route } from '../http/route.ts';

export function livez() {
  return route({
    name: 'livez',
    method: 'GET',
    path: '/livez',
    tag: 'System',
    summary: 'Check liveness',
    description: 'Says whether this process is running.',
    answers: { 200: { description: 'It runs.', schema: 'Live' } },
    handle: async (): Promise<Json<'Live'>> => ({ live: true }),
  });
}
