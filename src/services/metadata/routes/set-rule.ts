import { setRule } from '#adapters/postgres/retention/rules.ts';
import { requireTenant } from '#contract/requests.ts';
import { ruleToMessage, statusFromMessage } from '#contract/retention.ts';
import { reachOf } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { requireKeeping } from '#domain/retention.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';
import type { MetadataContext, Route } from '../context.ts';

export function setRuleRoute({ audit, database }: MetadataContext): Route<'setRule'> {
  return async (request, context) => {
    const tenant = tenantOf(request.tenant, context);
    const status = statusFromMessage(request.status);
    const { keepFilesSeconds: files, keepBytesSeconds: bytes, actsNow } = request;
    const keepFiles = files === undefined ? null : Number(files);
    const keepBytes = bytes === undefined ? null : Number(bytes);
    const keeping = requireKeeping({ keepFiles, keepBytes });
    const rule = await setRule(database, { tenant, status, ...keeping }, { actsNow });
    await audit.record(context, 'set_retention', {
      ...(tenant !== null && { tenant }),
      object: rule.id,
      detail: { tenant, status, ...keeping, actsNow },
    });
    return { rule: ruleToMessage(rule) };
  };
}

/** @throws FilemillError PERMISSION_DENIED, REQUEST_INVALID */
function tenantOf(asked: string, { caller }: CallContext): string | null {
  const reach = reachOf(caller);
  if (asked === '') return reach ?? null;
  if (reach !== undefined && asked !== reach)
    throw new FilemillError('PERMISSION_DENIED', `The credentials may change the rules of the tenant ${reach} alone.`);
  return requireTenant(asked);
}
