import { dependencyToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import { serviceToJson, volumeToJson } from '#contract/services.ts';
import type { Backend } from '../backend.ts';
import { route } from '../http/route.ts';

export function getSystem({ system }: Backend) {
  return route({
    name: 'getSystem',
    method: 'GET',
    path: '/api/v1/system',
    tag: 'System',
    summary: 'Get the state of the system',
    description: 'Gets the services, what each of them depends on, and the room of the volume.',
    answers: { 200: { description: 'The state, as the services see it.', schema: 'System' } },
    async handle({ onward }): Promise<Json<'System'>> {
      const { services, dependencies, volume } = await system.getDependencies({}, onward);
      return {
        services: services.map(serviceToJson).map(({ service, instance, version, figures }) => {
          return { service, instance, version, figures };
        }),
        dependencies: dependencies.map(dependencyToJson).map(({ service, instance, part, state, version, detail }) => {
          return { service, instance, part, state, version, detail };
        }),
        volume: volumeToJson(volume),
      };
    },
  });
}
