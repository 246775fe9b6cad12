import { timestampDate } from '@bufbuild/protobuf/wkt';
import { fileStateToJson, listedFileToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import type { Backend } from '../backend.ts';
import { fileFilterParameters, filterOf, orderOf, pageParameters, sortParameter, trueOrFalse } from '../http/query.ts';
import { route } from '../http/route.ts';

export function listFiles({ metadata }: Backend) {
  return route({
    name: 'listFiles',
    method: 'GET',
    path: '/api/v1/files',
    tag: 'Files',
    summary: 'List files',
    description:
      'Lists files, newest first unless sorted otherwise, one page at a time. Filters combine: a file is listed if it matches all of them. A page may be short, or empty, while others follow.',
    query: {
      ...fileFilterParameters,
      ...sortParameter,
      ...pageParameters,
      with_found: trueOrFalse.optional().describe('Adds what lists show of the results, as `found`.'),
    },
    answers: { 200: { description: 'One page.', schema: 'FilesPage' } },
    problems: ['FILTER_TOO_BROAD'],
    mayBeStale: true,
    async handle({ query, onward }): Promise<Json<'FilesPage'>> {
      const { page_size: pageSize = 0, page_token: pageToken = '', with_found: withFound = false } = query;
      const request = { filter: filterOf(query), orderBy: orderOf(query), pageSize, pageToken, withFound };
      const { files, nextPageToken, sortCapped, searchedTo } = await metadata.listFiles(request, onward);
      return {
        files: files.map(withFound ? listedFileToJson : fileStateToJson),
        next_page_token: nextPageToken,
        sort_capped: sortCapped,
        searched_to: searchedTo === undefined ? null : timestampDate(searchedTo).toISOString(),
      };
    },
  });
}
