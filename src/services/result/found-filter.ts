import type { FoundFilter } from '#adapters/postgres/results/found.ts';
import { findingsFilter } from '#contract/findings-filter.ts';
import { refuseNul } from '#contract/requests.ts';
import { FilemillError } from '#domain/errors.ts';
import type { ListResultsRequest } from '#gen/filemill/v1/result_service_pb.ts';

/** @throws FilemillError REQUEST_INVALID */
export function foundFilter({ mimeType, findings }: Pick<ListResultsRequest, 'mimeType' | 'findings'>): FoundFilter {
  refuseNul(mimeType);
  if (mimeType.length > 255)
    throw new FilemillError('REQUEST_INVALID', '`mime_type` must have at most 255 characters.');
  return { ...findingsFilter(findings), ...(mimeType !== '' && { mimeType }) };
}
