const firstMs = 5_000;
const longestMs = 2 * 60 * 60_000;

/** The wait after this many failed attempts: it doubles from 5 s up to 2 h, less up to a half. Some 20 attempts fit in a day. */
export function retryDelayMs(attempts: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 16)) * (1 - Math.random() / 2);
}
