import type { SchemaName } from '#contract/schemas.ts';
import type { Reason } from '#domain/errors.ts';
import type { Answer } from '../http/route.ts';

export const uploadProblems: readonly Reason[] = [
  'NAME_INVALID',
  'SIZE_MISMATCH',
  'FILE_TOO_LARGE',
  'CHECKSUM_MISMATCH',
  'IDEMPOTENCY_KEY_REUSED',
  'OVERLOADED',
  'DISK_FULL',
  'STREAM_IDLE',
];

/** Problems of uploads in several requests. */
export const beginProblems: readonly Reason[] = [
  ...uploadProblems,
  'MEDIA_TYPE_REFUSED',
  'APPEND_CHECKSUM_MISMATCH',
  'UPLOAD_LOCKED',
];
export const appendProblems: readonly Reason[] = [...beginProblems, 'UPLOAD_NOT_FOUND', 'OFFSET_MISMATCH'];

export function uploadAnswers(schema: SchemaName): Record<200 | 201, Answer> {
  const headers = { Location: 'The URL of the file, `/api/v1/files/{id}`, relative to the address of the request.' };
  return {
    201: { description: 'The file is kept.', schema, headers },
    200: { description: 'The idempotency key is known: this is the file of the earlier upload.', schema, headers },
  };
}
