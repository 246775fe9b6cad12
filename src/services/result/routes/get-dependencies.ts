import { serviceToMessage } from '#contract/services.ts';
import { dependencyToMessage } from '#contract/wire.ts';
import type { ResultContext, Route } from '../context.ts';

export function getDependenciesRoute({ database, about }: ResultContext): Route<'getDependencies'> {
  return async () => ({
    dependencies: [dependencyToMessage(await database.check(), 'result')],
    services: [serviceToMessage('result', about)],
  });
}
