import { batchNameRule, isBatchName } from '#domain/batch.ts';
import { FilemillError } from '#domain/errors.ts';
import { normalizeFileName, normalizePath } from '#domain/file-name.ts';
import { fileTooLarge } from '#domain/file-too-large.ts';
import { isPriority, type Priority, priorityRule } from '#domain/priority.ts';
import type { UploadMetadata } from '#gen/filemill/v1/upload_service_pb.ts';

/** What a client declared about its file before the first byte: checked, and in the form that is stored. */
export interface Declaration {
  readonly filename: string;
  readonly path: string;
  readonly mimeType: string;
  /** Bytes; null when unknown. */
  readonly size: number | null;
  /** 64 lower-case hex digits. */
  readonly sha256: string | null;
  /** The closing message will bring a SHA-256. */
  readonly sha256AtClose: boolean;
  readonly idempotencyKey: string | null;
  readonly batch: string | null;
  /** Unknown: that of its batch. */
  readonly priority: Priority | null;
}

/** Whether the SHA-256 of the content will be needed. */
export function isHashed({ sha256, sha256AtClose }: Declaration): boolean {
  return sha256 !== null || sha256AtClose;
}

const maxFieldBytes = 255;

/** @throws FilemillError NAME_INVALID, FILE_TOO_LARGE or REQUEST_INVALID */
export function readDeclaration(metadata: UploadMetadata, maxFileSize: number): Declaration {
  return {
    filename: normalizeFileName(metadata.filename),
    path: normalizePath(metadata.path),
    mimeType: readMimeType(metadata.mimeType),
    size: readSize(metadata.size, maxFileSize),
    sha256: metadata.sha256 === '' ? null : readSha256(metadata.sha256),
    sha256AtClose: metadata.sha256AtClose,
    idempotencyKey: metadata.idempotencyKey === '' ? null : readIdempotencyKey(metadata.idempotencyKey),
    batch: metadata.batch === '' ? null : readBatch(metadata.batch),
    priority: metadata.priority === '' ? null : readPriority(metadata.priority),
  };
}

/** @throws FilemillError REQUEST_INVALID */
export function readSha256(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new FilemillError('REQUEST_INVALID', 'sha256 must be 64 hex digits.');
  return text.toLowerCase();
}

function readSize(size: bigint | undefined, maxFileSize: number): number | null {
  if (size === undefined) return null;
  if (size < 0n) throw new FilemillError('REQUEST_INVALID', 'size must not be negative.');
  if (size > BigInt(maxFileSize)) throw fileTooLarge(maxFileSize);
  return Number(size);
}

function readMimeType(mimeType: string): string {
  if (Buffer.byteLength(mimeType) > maxFieldBytes || /\p{C}/u.test(mimeType))
    throw new FilemillError('REQUEST_INVALID', `mime_type must be at most ${maxFieldBytes} printable bytes.`);
  return mimeType;
}

function readBatch(name: string): string {
  if (!isBatchName(name)) throw new FilemillError('REQUEST_INVALID', `batch must be ${batchNameRule}.`);
  return name;
}

function readPriority(text: string): Priority {
  if (!isPriority(text)) throw new FilemillError('REQUEST_INVALID', `priority must be ${priorityRule}.`);
  return text;
}

function readIdempotencyKey(key: string): string {
  if (key.length > maxFieldBytes || !/^[\x20-\x7e]+$/.test(key))
    throw new FilemillError(
      'REQUEST_INVALID',
      `idempotency_key must be at most ${maxFieldBytes} printable ASCII characters.`,
    );
  return key;
}
