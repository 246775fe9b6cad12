import { listRules } from '#adapters/postgres/retention/rules.ts';
import { ruleToMessage } from '#contract/retention.ts';
import { reachOf } from '#domain/access.ts';
import type { MetadataContext, Route } from '../context.ts';

export function listRulesRoute({ database }: MetadataContext): Route<'listRules'> {
  return async (_, { caller }) => ({ rules: (await listRules(database.as(reachOf(caller)))).map(ruleToMessage) });
}
