import type { StoreReport } from './store-fault.ts';

/**
 * Wakes workers when files are due. A lost ring costs time, never a file: the reconciler rings again for every row that
 * stays PENDING.
 */
export interface Doorbell {
  /** Rings for these files. May reject during an outage; nothing depends on it. */
  ring(ids: readonly string[]): Promise<void>;
  /** The number of rings that no worker has taken yet. */
  depth(): Promise<number>;
  /** The state of Redis; absent without Redis. */
  readonly report?: StoreReport;
  [Symbol.asyncDispose](): Promise<void>;
}

/** About so many rings wait at most, each for one file or some; the backlog is in PostgreSQL. */
export const doorbellWindow = 10_000;
