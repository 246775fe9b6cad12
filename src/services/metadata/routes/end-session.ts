import { revokeTokens } from '#adapters/postgres/access/tokens.ts';
import type { MetadataContext, Route } from '../context.ts';

/** Ends nothing if the call was not made with a session. */
export function endSessionRoute({ audit, database }: MetadataContext): Route<'endSession'> {
  return async (_request, context) => {
    const { kind, id } = context.caller;
    if (kind !== 'session') return {};
    await revokeTokens(database, [id]);
    await audit.record(context, 'end_session', { object: id });
    return {};
  };
}
