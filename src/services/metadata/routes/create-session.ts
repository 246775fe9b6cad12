import { optionalTimestamp } from '#contract/callers.ts';
import type { MetadataContext, Route } from '../context.ts';

export function createSessionRoute({ audit, identities }: MetadataContext): Route<'createSession'> {
  return async (_request, context) => {
    const { row, secret } = await identities.beginSession(context.caller);
    await audit.record(context, 'begin_session', { object: row.id });
    return { secret, expiresAt: optionalTimestamp(row.expiresAt) };
  };
}
