import type { Json } from '#contract/schemas.ts';
import { route } from '../http/route.ts';

/** @param document called at the first request */
export function getDocument(document: () => Json<'Document'>) {
  let made: Json<'Document'> | undefined;
  return route({
    name: 'getDocument',
    method: 'GET',
    path: '/api/v1/openapi.json',
    tag: 'System',
    summary: 'Get the OpenAPI document',
    description: 'Gets this document.',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: 'Document' } },
    tagged: true,
    async handle(): Promise<Json<'Document'>> {
      made ??= document();
      return made;
    },
  });
}
