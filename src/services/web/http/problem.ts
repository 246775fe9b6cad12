import type { Problem } from '#contract/schemas.ts';
import { catalogue, type Reason, type StatusName } from '#domain/errors.ts';
import { asFilemillError } from '#domain/volume-fault.ts';

export const problemType = 'application/problem+json; charset=utf-8';

/**
 * A problem of RFC 9457, with the catalogue's reason, action and facts as extension members. It tells no details of
 * errors other than FilemillError.
 */
export function toProblem(error: unknown): Problem {
  const known = asFilemillError(error);
  return {
    type: `urn:filemill:error:${known.reason}`,
    title: catalogue[known.reason].what,
    status: httpStatus(known.reason),
    detail: known.message,
    reason: known.reason,
    action: known.action,
    ...(Object.keys(known.facts).length > 0 ? { facts: known.facts } : {}),
  };
}

/** Seconds for `Retry-After`, where retrying makes sense. */
export function retryAfterSeconds(error: unknown): number | undefined {
  const { retryAfterMs } = asFilemillError(error);
  return retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1_000);
}

export function httpStatus(reason: Reason): number {
  return statusOfReason[reason] ?? statusOfCode[catalogue[reason].code];
}

/** Reasons with a more specific HTTP status than their gRPC code has. */
const statusOfReason: Readonly<Partial<Record<Reason, number>>> = {
  FILE_TOO_LARGE: 413,
  MESSAGE_TOO_LARGE: 413,
  STREAM_IDLE: 408,
  DISK_FULL: 507,
  MEDIA_TYPE_REFUSED: 415,
  ETAG_MISMATCH: 412,
  BYTES_EXPIRED: 410,
  BLOB_DAMAGED: 500,
  // Statuses that tus defines.
  TUS_VERSION_REFUSED: 412,
  UPLOAD_LOCKED: 423,
  APPEND_CHECKSUM_MISMATCH: 460,
};

const statusOfCode: Readonly<Record<StatusName, number>> = {
  INVALID_ARGUMENT: 400,
  PERMISSION_DENIED: 403,
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  OUT_OF_RANGE: 416,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 409,
  DATA_LOSS: 422,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};
