import { saveResults } from '#adapters/postgres/files/file-completion.ts';
import { requireBatch, requireRows, runBatch } from '#contract/requests.ts';
import type { Finding, SaveOutcome } from '#domain/file.ts';
import { isUuid } from '#domain/uuid.ts';
import {
  SaveResultsResponse_Outcome as Outcome,
  type SaveResultsRequest,
} from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import { writesAnswered } from '#platform/telemetry/events.ts';
import type { ResultContext, Route } from '../context.ts';

export function saveResultsRoute({ database, events }: ResultContext): Route<'saveResults'> {
  return async (request) => {
    await failpoint('result.saving');
    const outcomes = await runBatch<Finding, SaveOutcome>(findings(request), refusal, (good) =>
      saveResults(database, good, events),
    );
    const words = outcomes.map(({ outcome }) => outcome);
    writesAnswered('save', words);
    await failpoint('result.saved');
    return {
      outcomes: words.map((word) => Outcome[word]),
      reasons: outcomes.flatMap((saved) => ('message' in saved ? saved.message : [])),
    };
  };
}

function findings({ fileIds, leaseTokens, mimeTypes, sha256s, outputJsons }: SaveResultsRequest): Finding[] {
  const ids = requireBatch(fileIds, 'file_ids');
  return requireRows({ ids, leaseTokens, mimeTypes, sha256s, outputJsons }).map((row) => ({
    id: row.ids,
    leaseToken: row.leaseTokens,
    mimeType: row.mimeTypes,
    sha256: row.sha256s,
    outputJson: row.outputJsons,
  }));
}

/** A malformed id names no file, a malformed token owns nothing, and NUL would fail the whole batch. */
function refusal({ id, leaseToken, mimeType, sha256, outputJson }: Finding): SaveOutcome | undefined {
  if (!isUuid(id)) return { outcome: 'GONE' };
  if (!isUuid(leaseToken)) return { outcome: 'FENCED' };
  if (mimeType.includes('\0') || sha256.includes('\0') || outputJson.includes('\0'))
    return { outcome: 'INVALID', message: 'A field holds a NUL character.' };
  return undefined;
}
