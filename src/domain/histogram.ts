/**
 * Durations in buckets with bounds that never change, so that histograms of any times and processes add up: two buckets for
 * each power of two of milliseconds, 1, 2, 3, 4, 6, 8, 12 … up to twelve days. A percentile is off by a few per cent, and by
 * a third at most.
 */

/** How many durations are in each bucket; absent means none. */
export type Histogram = Readonly<Record<number, number>>;

const last = 60;

/** The number of the bucket for a duration. */
export function bucketOf(seconds: number): number {
  const ms = Math.min(2 ** 30, Math.max(0, Math.round(seconds * 1_000)));
  if (ms < 2) return ms;
  const power = 31 - Math.clz32(ms);
  return 2 * power + ((ms >> (power - 1)) & 1);
}

/** The least duration of a bucket, in milliseconds. */
function lowerMs(bucket: number): number {
  return bucket < 2 ? bucket : (2 + (bucket & 1)) * 2 ** ((bucket >> 1) - 1);
}

/** The duration that this share of all does not exceed; undefined without durations. */
export function percentile(histogram: Histogram, share: number): number | undefined {
  const buckets = Object.entries(histogram)
    .map(([bucket, files]) => ({ bucket: Number(bucket), files }))
    .sort((one, other) => one.bucket - other.bucket);
  const all = buckets.reduce((sum, { files }) => sum + files, 0);
  let below = 0;
  for (const { bucket, files } of buckets) {
    if (files > 0 && below + files >= share * all) {
      // As if the durations of a bucket were spread evenly.
      const within = (share * all - below) / files;
      const lower = lowerMs(bucket);
      const upper = bucket >= last ? lower : lowerMs(bucket + 1);
      return (lower + within * (upper - lower)) / 1_000;
    }
    below += files;
  }
  return undefined;
}
