import type { Json } from '#contract/schemas.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';
import { readinessOf } from '../readiness.ts';

export function readyz(backend: Backend) {
  return route({
    name: 'readyz',
    method: 'GET',
    path: '/readyz',
    summary: 'Whether a file sent now would be analysed.',
    answers: {
      200: { description: 'It would; what is done without is named.', schema: 'Ready' },
      503: { description: 'It would not: these parts are missing.', schema: 'Ready' },
    },
    async handle({ reply }): Promise<Json<'Ready'>> {
      const { missing, degraded } = await readinessOf(backend);
      if (missing.length > 0) reply.code(503);
      return { ready: missing.length === 0, missing, degraded };
    },
  });
}
