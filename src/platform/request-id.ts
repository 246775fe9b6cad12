import { randomUUID } from 'node:crypto';

/** The header of HTTP and the metadata key of gRPC. */
export const requestIdKey = 'x-request-id';

/** What a log can hold on one line and a person can quote. */
const wellFormed = /^[\w.:+/=-]{1,128}$/;

/**
 * The id under which every service logs what it does for one request: the caller's own when it is well formed, so that
 * it can be found from outside, and a new UUID otherwise.
 */
export function requestIdFrom(given: unknown): string {
  return typeof given === 'string' && wellFormed.test(given) ? given : randomUUID();
}
