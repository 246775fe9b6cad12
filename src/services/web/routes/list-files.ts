import { fileStateToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import type { Backend } from '../backend.ts';
import { fileFilterParameters, findingsOf, pageParameters } from '../http/query.ts';
import { route } from '../http/route.ts';

export function listFiles({ metadata }: Backend) {
  return route({
    name: 'listFiles',
    method: 'GET',
    path: '/api/v1/files',
    tag: 'Files',
    summary: 'List files',
    description:
      'Lists files, newest first, one page at a time. Filters combine: a file is listed if it matches all of them.',
    query: { ...fileFilterParameters, ...pageParameters },
    answers: { 200: { description: 'One page.', schema: 'FilesPage' } },
    problems: ['FILTER_TOO_BROAD'],
    async handle({ query, onward }): Promise<Json<'FilesPage'>> {
      const filter = {
        statuses: (query.status ?? []).map((word) => FileStatus[word]),
        mimeType: query.mime_type ?? '',
        nameContains: query.name ?? '',
        sha256: query.sha256 ?? '',
        errorCode: query.error_code ?? '',
        findings: findingsOf(query),
        ...(query.created_from && { createdFrom: query.created_from }),
        ...(query.created_before && { createdBefore: query.created_before }),
      };
      const { page_size: pageSize = 0, page_token: pageToken = '' } = query;
      const page = await metadata.listFiles({ filter, pageSize, pageToken }, onward);
      return { files: page.files.map(fileStateToJson), next_page_token: page.nextPageToken };
    },
  });
}
