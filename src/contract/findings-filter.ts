import { FilemillError } from '#domain/errors.ts';
import { type FindingsFilter, findingErrors, languageCode } from '#domain/findings-filter.ts';
import type { FindingsFilter as Message } from '#gen/filemill/v1/findings_filter_pb.ts';

/** Answers undefined for a filter that lets all results pass. @throws FilemillError REQUEST_INVALID */
export function findingsFilter(message: Message | undefined): FindingsFilter | undefined {
  if (message === undefined) return undefined;
  const { encrypted, extensionMismatch } = message;
  const language = message.language.toLowerCase();
  const findingError = findingErrors.find((code) => code === message.findingError.toLowerCase());
  if (language !== '' && !languageCode.test(language))
    throw new FilemillError('REQUEST_INVALID', '`language` must be an ISO 639 code such as `de`.');
  if (message.findingError !== '' && findingError === undefined)
    throw new FilemillError('REQUEST_INVALID', `\`finding_error\` must be one of ${findingErrors.join(', ')}.`);
  const filter = {
    ...(language !== '' && { language }),
    ...(encrypted !== undefined && { encrypted }),
    ...(extensionMismatch !== undefined && { extensionMismatch }),
    ...(findingError !== undefined && { findingError }),
  };
  return Object.keys(filter).length === 0 ? undefined : filter;
}
