/** How many claims a worker holds at once. */
export interface ClaimWindow {
  readonly size: number;
  /** Records how long a file has taken on its thread. */
  took(ms: number): void;
}

export function fixedWindow(size: number): ClaimWindow {
  return { size, took: () => undefined };
}

/** Milliseconds of queued work per thread: far longer than a claim takes. */
const aheadMs = 100;
/** Hides the round trip to the metadata service. Files that wait here are kept from other workers. */
const least = 2;
const most = 256;
/** Assumed for the first files, in milliseconds. */
const firstMs = 30;
/** Weight of the latest file in the mean. */
const weight = 1 / 16;

/**
 * Claims small files by the hundred, so that they share the cost of a batch, and few large ones, so that other workers
 * find some.
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
