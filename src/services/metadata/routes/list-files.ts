import { type FileFilter, listFiles } from '#adapters/postgres/files/file-queries.ts';
import { findingsFilter } from '#contract/findings-filter.ts';
import { pageSize, pageToken, parsePageToken, refuseNul } from '#contract/requests.ts';
import { fileToMessage, optionalDate, statusWord } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { FileFilter as FileFilterMessage } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { MetadataContext, Route } from '../context.ts';

export function listFilesRoute({ searches }: MetadataContext): Route<'listFiles'> {
  return async (request, { caller }) => {
    const tenant = reachOf(caller);
    const filter = toFilter(request.filter);
    const limit = pageSize(request.pageSize);
    const files = await listFiles(searches.as(tenant), filter, {
      limit: limit + 1,
      beforeId: parsePageToken(request.pageToken, [filter, tenant]),
    });
    const page = files.slice(0, limit);
    const last = files.length > limit ? page.at(-1) : undefined;
    return {
      files: page.map(fileToMessage),
      nextPageToken: last === undefined ? '' : pageToken(last.id, [filter, tenant]),
    };
  };
}

function toFilter(message: FileFilterMessage | undefined): FileFilter {
  if (message === undefined) return {};
  refuseNul(message.mimeType, message.nameContains, message.sha256, message.errorCode);
  const statuses = message.statuses.map((status) => {
    const word = statusWord(status);
    if (word !== undefined) return word;
    throw new FilemillError('REQUEST_INVALID', `\`filter.statuses\` holds ${status}, which is no status.`);
  });
  const createdFrom = optionalDate(message.createdFrom);
  const createdBefore = optionalDate(message.createdBefore);
  const findings = findingsFilter(message.findings);
  return {
    ...(statuses.length > 0 && { statuses }),
    ...(message.mimeType && { mimeType: message.mimeType }),
    ...(message.nameContains && { nameContains: message.nameContains.normalize('NFC') }),
    ...(message.sha256 && { sha256: message.sha256.toLowerCase() }),
    ...(createdFrom && { createdFrom }),
    ...(createdBefore && { createdBefore }),
    ...(message.errorCode && { errorCode: message.errorCode.toLowerCase() }),
    ...(findings && { findings }),
  };
}
