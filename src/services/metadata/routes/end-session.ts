import { revokeTokens } from '#adapters/postgres/access/tokens.ts';
import type { MetadataContext, Route } from '../context.ts';

/** Ends nothing if the call was not made with a session. */
export function endSessionRoute({ database }: MetadataContext): Route<'endSession'> {
  return async (_request, { caller }) => {
    if (caller.kind === 'session') await revokeTokens(database, [caller.id]);
    return {};
  };
}
