import { identityToMessage } from '#contract/callers.ts';
import type { MetadataContext, Route } from '../context.ts';

export function identifyRoute({ identities }: MetadataContext): Route<'identify'> {
  return async ({ credentials }) => ({ caller: identityToMessage(await identities.identify(credentials)) });
}
