import { z } from 'zod';
import { historyToJson, stepNumber } from '#contract/history.ts';
import type { Json } from '#contract/schemas.ts';
import { historySteps } from '#domain/history.ts';
import type { Backend } from '../backend.ts';
import { time } from '../http/query.ts';
import { route } from '../http/route.ts';

export function getHistory({ metadata }: Backend) {
  return route({
    name: 'getHistory',
    method: 'GET',
    path: '/api/v1/history',
    tag: 'System',
    summary: 'Get the history',
    description:
      'Says what happened in each minute, hour or day: files in and out, failures, backlog and waiting times.',
    query: {
      from: time
        .optional()
        .describe(
          'The first step is the one that holds this time. Defaults to 60 minutes, 7 days or 90 days before `to`.',
        ),
      to: time.optional().describe('Exclusive. Defaults to now.'),
      step: z
        .enum(historySteps, `must be one of ${historySteps.join(', ')}`)
        .optional()
        .describe('Defaults to minutes for up to 6 hours, hours for up to 14 days, and days for more. In UTC.'),
    },
    answers: { 200: { description: 'Every step, oldest first, at most 2,000.', schema: 'History' } },
    mayBeStale: true,
    async handle({ query: { from, to, step }, onward }): Promise<Json<'History'>> {
      const request = { ...(from && { from }), ...(to && { to }), ...(step && { step: stepNumber(step) }) };
      return historyToJson(await metadata.getHistory(request, onward));
    },
  });
}
