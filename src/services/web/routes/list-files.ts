import type { FastifyRequest } from 'fastify';
import { fileStateToJson } from '#client/json.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import type { Backend } from '../backend.ts';
import { fileFilterParameters, pageParameters, readQuery } from '../query.ts';

/** Newest first, page by page. */
export function listFiles({ metadata }: Backend) {
  return async (request: FastifyRequest) => {
    const query = readQuery({ ...fileFilterParameters, ...pageParameters }, request.query);
    const page = await metadata.listFiles(
      {
        filter: {
          statuses: (query.status ?? []).map((word) => FileStatus[word]),
          mimeType: query.mime_type ?? '',
          nameContains: query.name ?? '',
          sha256: query.sha256 ?? '',
          errorCode: query.error_code ?? '',
          ...(query.created_from && { createdFrom: query.created_from }),
          ...(query.created_before && { createdBefore: query.created_before }),
        },
        pageSize: query.page_size ?? 0,
        pageToken: query.page_token ?? '',
      },
      { signal: request.signal },
    );
    return { files: page.files.map(fileStateToJson), next_page_token: page.nextPageToken };
  };
}
