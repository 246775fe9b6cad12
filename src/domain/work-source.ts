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
