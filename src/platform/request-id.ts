import { randomUUID } from 'node:crypto';

/** The name of the HTTP header and of the gRPC metadata key. */
export const requestIdKey = 'x-request-id';

/** An id that fits on one log line and that a person can quote. */
const wellFormed = /^[\w.:+/=-]{1,128}$/;

/**
 * The id under which every service logs a request: the caller's own if it is well formed, so that it can be found from
 * outside, and otherwise a new UUID.
 */
export function requestIdFrom(given: unknown): string {
  return typeof given === 'string' && wellFormed.test(given) ? given : randomUUID();
}
