import type { FoundFilter } from '#adapters/postgres/results/found.ts';
import { findingsFilter } from '#contract/findings-filter.ts';
import type { ListResultsRequest } from '#gen/filemill/v1/result_service_pb.ts';

/** @throws FilemillError REQUEST_INVALID */
export function foundFilter({ mimeType, findings }: Pick<ListResultsRequest, 'mimeType' | 'findings'>): FoundFilter {
  return { ...findingsFilter(findings), ...(mimeType !== '' && { mimeType }) };
}
