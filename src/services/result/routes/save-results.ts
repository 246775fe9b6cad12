import { saveResults } from '#adapters/postgres/file-completion.ts';
import type { Finding, SaveOutcome } from '#domain/file.ts';
import { isUuid } from '#domain/uuid.ts';
import { SaveResultsResponse_Outcome as Outcome } from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import { requireBatch, runBatch } from '#platform/rpc/requests.ts';
import type { ResultContext, Route } from '../context.ts';

export function saveResultsRoute({ database }: ResultContext): Route<'saveResults'> {
  return async ({ items }) => {
    const findings = requireBatch(items, 'items').map(({ fileId, ...finding }) => ({ id: fileId, ...finding }));
    await failpoint('result.saving');
    const outcomes = await runBatch<Finding, SaveOutcome>(findings, refusal, (good) => saveResults(database, good));
    await failpoint('result.saved');
    return {
      items: outcomes.map((saved, index) => ({
        fileId: findings[index]?.id ?? '',
        outcome: Outcome[saved.outcome],
        ...('message' in saved && { message: saved.message }),
      })),
    };
  };
}

/** A malformed id names no file; a malformed token owns nothing; text with NUL would sink its batch. */
function refusal({ id, leaseToken, mimeType, sha256, outputJson }: Finding): SaveOutcome | undefined {
  if (!isUuid(id)) return { outcome: 'GONE' };
  if (!isUuid(leaseToken)) return { outcome: 'FENCED' };
  if (`${mimeType}${sha256}${outputJson}`.includes('\0'))
    return { outcome: 'INVALID', message: 'A field holds a NUL character.' };
  return undefined;
}
