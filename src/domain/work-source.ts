import type { ClaimedFile } from './file.ts';

/** The source from which a worker takes its work. */
export interface WorkSource {
  /**
   * Claims between 0 and `max` files; waits for a bounded time when none is due. Rejects during an outage of the source,
   * or when `signal` is aborted. Claimed files are always returned.
   */
  next(max: number, signal: AbortSignal): Promise<Work>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Work {
  readonly files: readonly ClaimedFile[];
  /** `performance.now()` from before the claim was sent, plus the lease: when work must stop. */
  readonly leaseExpiresAt: number;
  readonly leaseMs: number;
}

/**
 * Claims the files that a doorbell named. Rejects when no answer came. If an answer was lost, the next call repeats the
 * lease token, and so returns the claims of the first.
 */
export type ClaimByIds = (ids: readonly string[], signal: AbortSignal) => Promise<ClaimAnswer>;

export interface ClaimAnswer {
  /** An id that is missing here cannot be claimed, so its rings are settled as well. */
  readonly files: readonly ClaimedFile[];
  readonly leaseMs: number;
  /** `performance.now()` from before the first attempt was sent. */
  readonly sentAt: number;
}

const names: Readonly<Record<string, string>> = { redis: 'Redis', direct: 'PostgreSQL' };

/** The display name of the source that a worker reports; an unknown source keeps its name. */
export function workSourceName(source: string): string {
  return names[source] ?? source;
}
