/** How many claims a worker holds at once. */
export interface ClaimWindow {
  readonly size: number;
  /** Tells how long a file has just taken on its thread, in milliseconds. */
  took(ms: number): void;
}

export function fixedWindow(size: number): ClaimWindow {
  return { size, took: () => undefined };
}

/** Enough work for so long waits for each thread: far more than a claim takes. */
const aheadMs = 100;
/** Hides the way to the metadata service and back, however long files take: what waits here no other worker finds. */
const least = 2;
const most = 256;
/** What is expected of the first files, in milliseconds. */
const firstMs = 30;
/** Weight of the latest file in the mean. */
const weight = 1 / 16;

/**
 * Small files are claimed by the hundred, so that all that is done for a batch is shared by many; of large ones
 * only a few, so that other workers find some.
 */
export function adaptiveWindow(threads: number): ClaimWindow {
  let meanMs = firstMs;
  return {
    get size() {
      const ahead = Math.min(most, Math.max(least, Math.floor(aheadMs / meanMs)));
      return threads * (1 + ahead);
    },
    took(ms) {
      meanMs += (ms - meanMs) * weight;
    },
  };
}
