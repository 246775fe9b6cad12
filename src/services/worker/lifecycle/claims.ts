import { claimedFilesFromMessage } from '#contract/wire.ts';
import type { ClaimByIds } from '#domain/work-source.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { withRetry } from '#platform/rpc/retry.ts';

/** Long enough for a blip; short enough that most of the lease is left when the answer comes. */
const claimForMs = 3_000;
const callTimeoutMs = 3_000;

/**
 * Claims by id in the name of `worker`. One lease token serves all tries, so that the claims of a try
 * whose answer was lost come back with the next. An abort ends the retries, not a call on its way.
 */
export function claimerByIds(lifecycle: RpcClient<typeof FileLifecycleService>, worker: string): ClaimByIds {
  return async (ids, signal) => {
    const leaseToken = crypto.randomUUID();
    const sentAt = performance.now();
    const { files, leaseMs } = await withRetry(
      () => lifecycle.claimFiles({ worker, leaseToken, ids: [...ids] }, { timeoutMs: callTimeoutMs }),
      { signal, forMs: claimForMs },
    );
    return { files: claimedFilesFromMessage(files, leaseToken), leaseMs, sentAt };
  };
}
