import { revokeTokens } from '#adapters/postgres/access/tokens.ts';
import { refuseNul, requireBatch } from '#contract/requests.ts';
import type { MetadataContext, Route } from '../context.ts';

export function revokeTokensRoute({ audit, database }: MetadataContext): Route<'revokeTokens'> {
  return async (request, context) => {
    const ids = [...new Set(requireBatch(request.ids, 'ids'))];
    refuseNul(...ids);
    const revoked = await revokeTokens(database, ids);
    const [revokedIds, missingIds] = [ids.filter((id) => revoked.has(id)), ids.filter((id) => !revoked.has(id))];
    await audit.record(context, 'revoke_token', ...revokedIds.map((object) => ({ object })));
    return { revokedIds, missingIds };
  };
}
