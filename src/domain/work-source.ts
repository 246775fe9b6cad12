import type { ClaimedFile } from './file.ts';

/** Where a worker takes its work from. */
export interface WorkSource {
  /**
   * Claims between 0 and `max` files; waits a bounded time when none is due. Rejects when the source is
   * away, or when `signal` is aborted. What it claimed is always returned.
   */
  next(max: number, signal: AbortSignal): Promise<Work>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Work {
  readonly files: readonly ClaimedFile[];
  /** `performance.now()` from before the claim was sent, plus the lease: when to let go. */
  readonly leaseExpiresAt: number;
  readonly leaseMs: number;
}

/**
 * Claims the files that a doorbell named. Rejects when no answer came; claims made by a call whose answer
 * was lost are returned by the repeated call, which the implementation makes with the same lease token.
 */
export type ClaimByIds = (ids: readonly string[], signal: AbortSignal) => Promise<ClaimAnswer>;

export interface ClaimAnswer {
  /** An id that is not among these is not to be had: its rings are done with, too. */
  readonly files: readonly ClaimedFile[];
  readonly leaseMs: number;
  /** `performance.now()` from before the first try was sent. */
  readonly sentAt: number;
}

const names: Readonly<Record<string, string>> = { redis: 'Redis', direct: 'PostgreSQL' };

/** What people call the source that a worker reports; one that is not known here keeps its name. */
export function workSourceName(source: string): string {
  return names[source] ?? source;
}
