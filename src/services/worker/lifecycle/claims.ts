import { claimedFilesFromMessage } from '#contract/wire.ts';
import type { ClaimByIds, Work, WorkSource } from '#domain/work-source.ts';
import type {
  ClaimDueFilesResponse,
  FileLifecycleService,
} from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { fromServiceError, isRetryable } from '#platform/rpc/errors.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { instruments } from '#platform/telemetry/instruments.ts';

/** Long enough for a blip; short enough that most of the lease is left when the answer comes. */
const claimForMs = 3_000;
const callTimeoutMs = 3_000;

/**
 * Claims by id for `worker`. One lease token serves all tries, so that claims of a try whose answer was lost come back
 * with the next. An abort ends the retries, not a call in flight.
 */
export function claimerByIds(lifecycle: RpcClient<typeof FileLifecycleService>, worker: string): ClaimByIds {
  return async (ids, signal) => {
    const leaseToken = crypto.randomUUID();
    const sentAt = performance.now();
    const { files, leaseMs } = await withRetry(
      () => lifecycle.claimFiles({ worker, leaseToken, ids: [...ids] }, { timeoutMs: callTimeoutMs }),
      { signal, forMs: claimForMs },
    );
    instruments.claimDuration.record((performance.now() - sentAt) / 1_000);
    return { files: claimedFilesFromMessage(files, leaseToken), leaseMs, sentAt };
  };
}

/** Below the limit of the metadata service. */
const maxWaitMs = 20_000;
/** Assumed until the first answer. */
const assumedLeaseMs = 3_000;
/** Time for the answer itself, beyond the wait. */
const answerWithinMs = 3_000;
const repeatForMs = 3_000;
/** Long enough to be served in turn, when only earlier claims are wanted. */
const repeatWaitMs = 250;

/** Claims due files from the metadata service, as a long poll. */
export class DirectWorkSource implements WorkSource {
  readonly name = 'direct';
  readonly report = undefined;
  readonly #lifecycle: RpcClient<typeof FileLifecycleService>;
  readonly #worker: string;
  #leaseMs = assumedLeaseMs;

  constructor(lifecycle: RpcClient<typeof FileLifecycleService>, worker: string) {
    this.#lifecycle = lifecycle;
    this.#worker = worker;
  }

  /** Waits up to `waitMs`, but at most a third of a lease, as the lease counts from before the wait. */
  async next(max: number, signal: AbortSignal, waitMs = maxWaitMs): Promise<Work> {
    signal.throwIfAborted();
    const leaseToken = crypto.randomUUID();
    const sentAt = performance.now();
    const { files, leaseMs } = await this.#claim(leaseToken, max, Math.min(waitMs, this.#leaseMs / 3), signal);
    this.#leaseMs = leaseMs || this.#leaseMs;
    return { files: claimedFilesFromMessage(files, leaseToken), leaseExpiresAt: sentAt + leaseMs, leaseMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /**
   * A wait that a fault or `signal` cut short may have claimed files whose answer is lost: a repeated call with the
   * same token returns them.
   */
  async #claim(leaseToken: string, maxFiles: number, waitMs: number, signal: AbortSignal) {
    const call = (wait: number, abort?: AbortSignal, repeatedCall = true): Promise<ClaimDueFilesResponse> =>
      this.#lifecycle.claimDueFiles(
        { worker: this.#worker, leaseToken, maxFiles, waitMs: Math.floor(wait), repeatedCall },
        { timeoutMs: wait + answerWithinMs, ...(abort && { signal: abort }) },
      );
    try {
      return await call(waitMs, signal, false);
    } catch (cause) {
      const error = fromServiceError(cause);
      if (signal.aborted) return await call(repeatWaitMs);
      if (!isRetryable(error)) throw error;
      return await withRetry(() => call(repeatWaitMs), { signal, forMs: repeatForMs });
    }
  }
}
