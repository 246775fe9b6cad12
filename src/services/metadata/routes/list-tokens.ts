import { listTokens } from '#adapters/postgres/access/tokens.ts';
import { refuseNul } from '#contract/requests.ts';
import type { MetadataContext, Route } from '../context.ts';
import { tokenToMessage } from './create-token.ts';

export function listTokensRoute({ database }: MetadataContext): Route<'listTokens'> {
  return async ({ tenant, withEnded }) => {
    refuseNul(tenant);
    const rows = await listTokens(database, tenant, withEnded);
    return { tokens: rows.map(tokenToMessage) };
  };
}
