import { create, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
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
  /** The address that began it. */
  readonly caller?: string | undefined;
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

/** @throws FilemillError UPLOAD_NOT_FOUND */
export async function findUpload(partial: Pick<PartialBlobStore, 'find'>, id: string): Promise<FoundUpload> {
  const state = await partial.find(id);
  if (state === undefined) throw new FilemillError('UPLOAD_NOT_FOUND');
  const record = parseRecord(state.note);
  return { id, record, offset: offsetOf(record, state.size), writtenAt: state.writtenAt };
}

export function formatRecord({ metadata, clientNote, caller, file, uncheckedFrom }: UploadRecord): string {
  return JSON.stringify({
    metadata: toJson(UploadMetadataSchema, metadata),
    clientNote: clientNote || undefined,
    caller,
    file: file && toJson(UploadFileResponseSchema, file),
    uncheckedFrom,
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

/** Replicas of two versions may share a volume: unknown fields of a later one are ignored. */
function parseRecord(note: string): UploadRecord {
  const { metadata, clientNote, caller, file, uncheckedFrom } = JSON.parse(note) as Record<
    string,
    JsonValue | undefined
  >;
  const options = { ignoreUnknownFields: true };
  return {
    metadata: fromJson(UploadMetadataSchema, metadata ?? {}, options),
    clientNote: String(clientNote ?? ''),
    caller: caller === undefined ? undefined : String(caller),
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
