import { hash } from 'node:crypto';

/** A strong ETag of an answer: 128 bits of the SHA-256 of the body. */
export function entityTag(body: string | Buffer): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
}

/** Whether `If-None-Match` names one of the tags; weak comparison (RFC 9110, section 13.1.2). */
export function matchesTag(ifNoneMatch: string | undefined, ...tags: readonly string[]): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || ifNoneMatch.matchAll(/"[^"]*"/g).some(([named]) => tags.includes(named));
}

/** Whether `If-Match` or `If-Range` names one of the tags; strong comparison, so that `W/"…"` matches nothing. */
export function matchesStrongly(header: string, ...tags: readonly string[]): boolean {
  return header.trim() === '*' || header.matchAll(/(?:W\/)?"[^"]*"/g).some(([named]) => tags.includes(named));
}
