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

/** What is noted of an upload beside its bytes. */
export interface UploadRecord {
  /** As it was begun. */
  readonly metadata: UploadMetadata;
  readonly clientNote: string;
  /** The address from which it was begun. */
  readonly caller?: string | undefined;
  /** The file that it became. */
  readonly file?: UploadFileResponse | undefined;
  /** Bytes from here on belong to an append whose checksum was not compared yet: they do not count. */
  readonly uncheckedFrom?: number | undefined;
}

/** An upload as the volume has it. */
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
    ...(clientNote !== '' && { clientNote }),
    ...(caller !== undefined && { caller }),
    ...(file !== undefined && { file: toJson(UploadFileResponseSchema, file) }),
    ...(uncheckedFrom !== undefined && { uncheckedFrom }),
  });
}

/** @param expiryMs how long an upload is kept that nothing is appended to */
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

/** Replicas of two versions may share a volume: what a later one has added is passed over. */
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
