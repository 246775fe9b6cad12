import { hash, timingSafeEqual } from 'node:crypto';

/** Whether two secrets are the same. It takes the same time for every secret, because digests have one length. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}
