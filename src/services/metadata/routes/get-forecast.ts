import type { Reader } from '#adapters/postgres/database/database.ts';
import { forecast } from '#adapters/postgres/retention/forecast.ts';
import { findRule } from '#adapters/postgres/retention/rules.ts';
import { forecastToMessage } from '#contract/retention.ts';
import { reachOf } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { RetentionRule } from '#domain/retention.ts';
import { isUuid } from '#domain/uuid.ts';
import type { MetadataContext, Route } from '../context.ts';

export function getForecastRoute({ searches }: MetadataContext): Route<'getForecast'> {
  return async ({ id }, { caller }) => {
    const visible = searches.as(reachOf(caller));
    return forecastToMessage(await forecast(visible, await requireRule(visible, id)));
  };
}

/** @throws FilemillError RULE_NOT_FOUND */
export async function requireRule(visible: Reader, id: string): Promise<RetentionRule> {
  const rule = isUuid(id) ? await findRule(visible, id) : undefined;
  return rule ?? noSuchRule(id);
}

/** @throws FilemillError RULE_NOT_FOUND */
export function noSuchRule(id: string): never {
  throw new FilemillError('RULE_NOT_FOUND', `No retention rule has the id ${JSON.stringify(id)}.`);
}
