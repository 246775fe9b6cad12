import { identityToMessage } from '#contract/callers.ts';
import type { Route } from '../context.ts';

export function getCallerRoute(): Route<'getCaller'> {
  return async (_request, { caller }) => ({ caller: identityToMessage(caller) });
}
