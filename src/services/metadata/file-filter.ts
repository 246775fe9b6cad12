import type { FileFilter } from '#adapters/postgres/files/file-matches.ts';
import { findingsFilter } from '#contract/findings-filter.ts';
import { refuseNul } from '#contract/requests.ts';
import { optionalDate, statusWord } from '#contract/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import { mostTypedCharacters } from '#domain/search-text.ts';
import type { FileFilter as FileFilterMessage } from '#gen/filemill/v1/metadata_service_pb.ts';

/** @throws FilemillError REQUEST_INVALID */
export function toFileFilter(message: FileFilterMessage | undefined): FileFilter {
  if (message === undefined) return {};
  refuseNul(message.mimeType, message.nameContains, message.sha256, message.errorCode, message.query, message.batch);
  const statuses = message.statuses.map((status) => {
    const word = statusWord(status);
    if (word !== undefined) return word;
    throw new FilemillError('REQUEST_INVALID', `\`filter.statuses\` holds ${status}, which is no status.`);
  });
  const createdFrom = optionalDate(message.createdFrom);
  const createdBefore = optionalDate(message.createdBefore);
  const findings = findingsFilter(message.findings);
  const text = message.query.trim();
  if (text.length > mostTypedCharacters)
    throw new FilemillError('REQUEST_INVALID', `\`filter.query\` may have ${mostTypedCharacters} characters at most.`);
  return {
    ...(statuses.length > 0 && { statuses }),
    ...(message.mimeType && { mimeType: message.mimeType }),
    ...(message.nameContains && { nameContains: message.nameContains.normalize('NFC') }),
    ...(message.sha256 && { sha256: message.sha256.toLowerCase() }),
    ...(createdFrom && { createdFrom }),
    ...(createdBefore && { createdBefore }),
    ...(message.errorCode && { errorCode: message.errorCode.toLowerCase() }),
    ...(findings && { findings }),
    ...(message.batch && { batch: message.batch }),
    ...(text && { text }),
  };
}
