import { z } from 'zod';
import { forecastToJson, keepingToMessage, ruleToJson, statusToMessage } from '#contract/retention.ts';
import type { Json } from '#contract/schemas.ts';
import { endedStatuses } from '#domain/retention.ts';
import type { Backend } from '../backend.ts';
import { trueOrFalse } from '../http/query.ts';
import { route } from '../http/route.ts';

const path = '/api/v1/retention';

const seconds = z.int('must be whole seconds').min(60, 'must be a minute at least').nullish();

const ruleBody = z.strictObject(
  {
    tenant: z.string('must be text').nullish().describe('Null or absent: all tenants for `admin`, otherwise your own.'),
    status: z
      .enum(endedStatuses, `must be ${endedStatuses.join(' or ')}`)
      .nullish()
      .describe('Null or absent: both.'),
    keep_files_seconds: seconds.describe('Null or absent: for ever.'),
    keep_bytes_seconds: seconds.describe('Null or absent: as long as the file.'),
    acts_now: z
      .boolean('must be true or false')
      .optional()
      .describe(
        'Acts at once and not an hour later. With what the rule says already, ends the hour of an earlier change.',
      ),
  },
  'must be a JSON object such as {"keep_files_seconds": 31536000, "keep_bytes_seconds": 604800}',
);

export function listRetentionRules({ retention }: Backend) {
  return route({
    name: 'listRetentionRules',
    method: 'GET',
    path,
    tag: 'Retention',
    summary: 'List retention rules',
    description:
      'Lists the rules that say how long files are kept after they have ended. For each file, the most specific ' +
      'rule decides.',
    answers: { 200: { description: 'The rules.', schema: 'RetentionRules' } },
    handle: async ({ onward }): Promise<Json<'RetentionRules'>> => ({
      rules: (await retention.listRules({}, onward)).rules.map(ruleToJson),
    }),
  });
}

export function setRetentionRule({ retention }: Backend) {
  return route({
    name: 'setRetentionRule',
    method: 'PUT',
    path,
    tag: 'Retention',
    summary: 'Set a retention rule',
    description:
      'Creates a rule, or changes the rule of the same tenant and status. It takes effect an hour later unless ' +
      '`acts_now` is set.',
    body: ruleBody,
    answers: { 200: { description: 'The rule.', schema: 'RetentionRule' } },
    async handle({ body, onward }): Promise<Json<'RetentionRule'>> {
      const { tenant, status, keep_files_seconds, keep_bytes_seconds, acts_now: actsNow = false } = body;
      const keeping = { keepFiles: keep_files_seconds ?? null, keepBytes: keep_bytes_seconds ?? null };
      const scope = { tenant: tenant ?? '', status: statusToMessage(status ?? null) };
      const { rule } = await retention.setRule({ ...scope, ...keepingToMessage(keeping), actsNow }, onward);
      return ruleToJson(rule);
    },
  });
}

export function removeRetentionRule({ retention }: Backend) {
  return route({
    name: 'removeRetentionRule',
    method: 'DELETE',
    path: `${path}/{id}`,
    tag: 'Retention',
    summary: 'Remove a retention rule',
    description:
      'Removes a rule. Its files are left alone for an hour unless `acts_now` is set; then the less specific rules ' +
      'decide.',
    query: { acts_now: trueOrFalse.optional().describe('Wider rules decide at once.') },
    answers: { 200: { description: 'The removed rule.', schema: 'RetentionRule' } },
    problems: ['RULE_NOT_FOUND'],
    async handle({
      params: { id = '' },
      query: { acts_now: actsNow = false },
      onward,
    }): Promise<Json<'RetentionRule'>> {
      return ruleToJson((await retention.removeRule({ id, actsNow }, onward)).rule);
    },
  });
}

export function getRetentionForecast({ retention }: Backend) {
  return route({
    name: 'getRetentionForecast',
    method: 'GET',
    path: `${path}/{id}/forecast`,
    tag: 'Retention',
    summary: 'Forecast what a retention rule removes',
    description: 'Says what a rule would remove the next time it acts, without removing anything.',
    answers: { 200: { description: 'The forecast.', schema: 'RetentionForecast' } },
    problems: ['RULE_NOT_FOUND', 'FILTER_TOO_BROAD'],
    handle: async ({ params: { id = '' }, onward }): Promise<Json<'RetentionForecast'>> =>
      forecastToJson(await retention.getForecast({ id }, onward)),
  });
}
