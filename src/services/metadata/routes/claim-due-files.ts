import { maxBatchItems } from '#contract/requests.ts';
import { claimedFilesToMessage } from '#contract/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { MetadataContext, Route } from '../context.ts';
import { requireLeaseToken } from './claim-files.ts';

const maxWaitMs = 30_000;

export function claimDueFilesRoute({ dispatcher, leaseMs }: MetadataContext): Route<'claimDueFiles'> {
  return async ({ worker, leaseToken, maxFiles, waitMs, repeatedCall }, { signal, requestId }) => {
    requireLeaseToken(leaseToken);
    if (maxFiles < 1 || maxFiles > maxBatchItems)
      throw new FilemillError('REQUEST_INVALID', `\`max_files\` must be 1 to ${maxBatchItems}.`);
    const files = await dispatcher.claim(
      { worker, leaseToken, leaseMs },
      { max: maxFiles, waitMs: Math.min(Math.max(0, waitMs), maxWaitMs), repeated: repeatedCall, signal, requestId },
    );
    await failpoint('metadata.claimed');
    return { files: claimedFilesToMessage(files), leaseMs };
  };
}
