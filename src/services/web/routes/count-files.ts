import { fileCountsToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import type { Backend } from '../backend.ts';
import { fileFilterParameters, filterOf } from '../http/query.ts';
import { route } from '../http/route.ts';

export function countFiles({ metadata }: Backend) {
  return route({
    name: 'countFiles',
    method: 'GET',
    path: '/api/v1/files:count',
    tag: 'Files',
    summary: 'Count files',
    description: 'Counts the files that match, and how many of them have which status, type, language, and so on.',
    query: fileFilterParameters,
    answers: { 200: { description: 'The counts.', schema: 'FileCounts' } },
    problems: ['FILTER_TOO_BROAD'],
    mayBeStale: true,
    handle: async ({ query, onward }): Promise<Json<'FileCounts'>> =>
      fileCountsToJson(await metadata.countFiles({ filter: filterOf(query) }, onward)),
  });
}
