import { optionalTimestamp } from '#contract/callers.ts';
import type { MetadataContext, Route } from '../context.ts';

export function createSessionRoute({ identities }: MetadataContext): Route<'createSession'> {
  return async (_request, { caller }) => {
    const { row, secret } = await identities.beginSession(caller);
    return { secret, expiresAt: optionalTimestamp(row.expiresAt) };
  };
}
