import { dependencyToMessage } from '#contract/wire.ts';
import type { ResultContext, Route } from '../context.ts';

export function getDependenciesRoute({ database }: ResultContext): Route<'getDependencies'> {
  return async () => ({ dependencies: [dependencyToMessage(await database.check(), 'result')] });
}
