import { resultToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import type { Backend } from '../backend.ts';
import { findingsOf, findingsParameters, mimeTypeParameter, pageParameters } from '../http/query.ts';
import { route } from '../http/route.ts';

export function listResults({ result }: Backend) {
  return route({
    name: 'listResults',
    method: 'GET',
    path: '/api/v1/results',
    tag: 'Results',
    summary: 'List results',
    description: 'Lists results one page at a time, those of the newest files first.',
    query: { ...mimeTypeParameter, ...findingsParameters, ...pageParameters },
    problems: ['FILTER_TOO_BROAD'],
    answers: { 200: { description: 'One page.', schema: 'ResultsPage' } },
    mayBeStale: true,
    async handle({ query, onward }): Promise<Json<'ResultsPage'>> {
      const { mime_type: mimeType = '', page_size: pageSize = 0, page_token: pageToken = '' } = query;
      const page = await result.listResults({ mimeType, findings: findingsOf(query), pageSize, pageToken }, onward);
      return { results: page.results.map(resultToJson), next_page_token: page.nextPageToken };
    },
  });
}
