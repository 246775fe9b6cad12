import { create } from '@bufbuild/protobuf';
import { fileToJson } from '#contract/json.ts';
import type { FileWithResultJson } from '#contract/schemas.ts';
import { errorCode } from '#domain/errors.ts';
import { FileSchema } from '#gen/filemill/v1/file_pb.ts';
import type { UploadFileResponse } from '#gen/filemill/v1/upload_service_pb.ts';
import type { UploadOutcome } from '#sdk/upload-files.ts';
import { fileColumns, narrowColumns } from './file-columns.ts';
import type { TableStyle } from './writer.ts';

/** A record of `--json`: the public JSON of a file, with null for what is unknown. */
export type FileLine = {
  readonly [Key in keyof FileWithResultJson]: Key extends 'id' | 'size' | 'mime_type' | 'status'
    ? FileWithResultJson[Key] | null
    : FileWithResultJson[Key];
};

type Named = Pick<UploadOutcome['file'], 'filename' | 'path'>;

/** Describes a file that is acknowledged and not analysed yet. */
export function acknowledgedLine(file: Named, { id, size }: Pick<UploadFileResponse, 'id' | 'size'>): FileLine {
  return { ...unknown(file), id, size: Number(size), status: 'PENDING' };
}

/** Describes a file that was not uploaded. */
export function refusedLine({ file, error }: UploadOutcome & { receipt: null }): FileLine {
  return { ...unknown(file), error: { code: errorCode(error.reason), message: error.message } };
}

function unknown({ filename, path }: Named): FileLine {
  return { ...fileToJson(create(FileSchema)), filename, path, id: null, size: null, mime_type: null, status: null };
}

const { id, name, status, type, mime, words, sha256, size, attempt, time, created, completed, tenant, reason } =
  fileColumns;
const quiet = (file: FileLine) => file.id ?? '';

/** What `-o wide` shows, whole, however narrow the terminal is. */
const wide = [id, status, name, type, mime, words, size, sha256, attempt, time, created, completed, tenant];

export const resultTable: TableStyle<FileLine> = {
  columns: [id, name, narrowColumns.found, narrowColumns.words, narrowColumns.sha256, { ...time, optional: 5 }],
  wide,
  remark: reason,
  quiet,
  live: true,
};
export const receiptTable: TableStyle<FileLine> = {
  columns: [id, { ...size, optional: 3 }, name],
  quiet,
  live: true,
};
export const listTable: TableStyle<FileLine> = {
  columns: [
    ...[id, status, { ...name, width: 8, least: 16 }],
    { ...type, optional: 2 },
    { ...words, optional: 4 },
    ...[narrowColumns.sha256, { ...size, optional: 3 }, { ...created, optional: 1 }],
  ],
  wide,
  remark: reason,
  quiet,
};
export const changeTable: TableStyle<FileLine> = {
  columns: [narrowColumns.changed, id, status, name],
  wide: [narrowColumns.changed, ...wide],
  remark: reason,
  quiet,
  live: true,
};
