import type { StoreReport } from './store-fault.ts';

/**
 * Tells workers that files are due. Losing a ring costs time, never a file: the reconciler rings again
 * for every row that stays PENDING.
 */
export interface Doorbell {
  /** Rings for these files. May reject when the bell is away; nothing depends on it. */
  ring(ids: readonly string[]): Promise<void>;
  /** How many rings wait to be heard. */
  depth(): Promise<number>;
  /** How Redis is; absent for a bell without one. */
  readonly report?: StoreReport;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The stream is a window of about this many ids; the backlog lives in PostgreSQL. */
export const doorbellWindow = 10_000;
