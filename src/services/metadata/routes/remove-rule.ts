import { removeRule } from '#adapters/postgres/retention/rules.ts';
import { ruleToMessage } from '#contract/retention.ts';
import { reachOf } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { MetadataContext, Route } from '../context.ts';
import { noSuchRule, requireRule } from './get-forecast.ts';

export function removeRuleRoute({ audit, database }: MetadataContext): Route<'removeRule'> {
  return async ({ id, actsNow }, context) => {
    const reach = reachOf(context.caller);
    const { tenant, status, isDefault } = await requireRule(database.as(reach), id);
    if (isDefault)
      throw new FilemillError(
        'REQUEST_INVALID',
        'The default comes from the settings: change FILEMILL_KEEP_FILES and FILEMILL_KEEP_BYTES.',
      );
    if (reach !== undefined && tenant !== reach)
      throw new FilemillError(
        'PERMISSION_DENIED',
        `The credentials may change the rules of the tenant ${reach} alone.`,
      );
    const rule = (await removeRule(database, id, { actsNow })) ?? noSuchRule(id);
    await audit.record(context, 'remove_retention', {
      ...(tenant !== null && { tenant }),
      object: id,
      detail: { tenant, status, actsNow },
    });
    return { rule: ruleToMessage(rule) };
  };
}
