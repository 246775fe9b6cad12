import { create, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { defaultTenant } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { PartialBlobStore } from '#domain/partial-blob.ts';
import {
  type PartialUpload,
  PartialUploadSchema,
  type UploadFileResponse,
  UploadFileResponseSchema,
  type UploadMetadata,
  UploadMetadataSchema,
} from '#gen/filemill/v1/upload_service_pb.ts';

/** The note beside the bytes of an upload. */
export interface UploadRecord {
  readonly metadata: UploadMetadata;
  readonly clientNote: string;
  /** Whose upload it is. */
  readonly tenant: string;
  /** The address that began it. */
  readonly caller?: string | undefined;
  /** The trace of the request that began it, if that is recorded. */
  readonly traceparent?: string | undefined;
  /** The file that was made of it. */
  readonly file?: UploadFileResponse | undefined;
  /** Bytes from here on belong to an append whose checksum is not verified yet: they do not count. */
  readonly uncheckedFrom?: number | undefined;
}

export interface FoundUpload {
  readonly id: string;
  readonly record: UploadRecord;
  /** Bytes that count. */
  readonly offset: number;
  readonly writtenAt: Date;
}

/**
 * @param reach the tenant whose uploads the caller sees; undefined for all
 * @throws FilemillError UPLOAD_NOT_FOUND
 */
export async function findUpload(
  partial: Pick<PartialBlobStore, 'find'>,
  id: string,
  reach: string | undefined,
): Promise<FoundUpload> {
  const state = await partial.find(id);
  if (state === undefined) throw new FilemillError('UPLOAD_NOT_FOUND');
  const record = parseRecord(state.note);
  if (reach !== undefined && reach !== record.tenant) throw new FilemillError('UPLOAD_NOT_FOUND');
  return { id, record, offset: offsetOf(record, state.size), writtenAt: state.writtenAt };
}

export function formatRecord({ metadata, file, ...record }: UploadRecord): string {
  return JSON.stringify({
    ...record,
    metadata: toJson(UploadMetadataSchema, metadata),
    clientNote: record.clientNote || undefined,
    file: file && toJson(UploadFileResponseSchema, file),
  });
}

/** @param expiryMs how long an upload is kept after its last append */
export function toPartialUpload({ id, record, offset, writtenAt }: FoundUpload, expiryMs: number): PartialUpload {
  return create(PartialUploadSchema, {
    id,
    offset: BigInt(offset),
    metadata: record.metadata,
    clientNote: record.clientNote,
    expireTime: timestampFromDate(new Date(writtenAt.getTime() + expiryMs)),
    ...(record.file !== undefined && { file: record.file }),
  });
}

/** Replicas of two versions may share a volume: unknown fields of a later one are ignored, an earlier one had one tenant. */
function parseRecord(note: string): UploadRecord {
  const { metadata, clientNote, tenant, caller, traceparent, file, uncheckedFrom } = JSON.parse(note) as Record<
    string,
    JsonValue | undefined
  >;
  const options = { ignoreUnknownFields: true };
  return {
    metadata: fromJson(UploadMetadataSchema, metadata ?? {}, options),
    clientNote: String(clientNote ?? ''),
    tenant: String(tenant ?? defaultTenant),
    caller: caller === undefined ? undefined : String(caller),
    traceparent: traceparent === undefined ? undefined : String(traceparent),
    file: file === undefined ? undefined : fromJson(UploadFileResponseSchema, file, options),
    uncheckedFrom: uncheckedFrom === undefined ? undefined : Number(uncheckedFrom),
  };
}

/** @throws FilemillError UPLOAD_NOT_FOUND when its bytes are gone and no file was made of them */
function offsetOf({ file, uncheckedFrom }: UploadRecord, size: number | null): number {
  if (file !== undefined) return Number(file.size);
  if (size === null) throw new FilemillError('UPLOAD_NOT_FOUND');
  return Math.min(size, uncheckedFrom ?? size);
}
