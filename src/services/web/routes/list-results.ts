import type { FastifyRequest } from 'fastify';
import { resultToJson } from '#client/json.ts';
import type { Backend } from '../backend.ts';
import { mimeTypeParameter, pageParameters, readQuery } from '../query.ts';

/** Newest first, page by page. */
export function listResults({ result }: Backend) {
  return async (request: FastifyRequest) => {
    const query = readQuery({ ...mimeTypeParameter, ...pageParameters }, request.query);
    const page = await result.listResults(
      { mimeType: query.mime_type ?? '', pageSize: query.page_size ?? 0, pageToken: query.page_token ?? '' },
      { signal: request.signal },
    );
    return { results: page.results.map(resultToJson), next_page_token: page.nextPageToken };
  };
}
