import { create } from '@bufbuild/protobuf';
import { fileToJson } from '#contract/json.ts';
import type { FileWithResultJson } from '#contract/schemas.ts';
import { errorCode } from '#domain/errors.ts';
import { FileSchema } from '#gen/filemill/v1/file_pb.ts';
import type { UploadFileResponse } from '#gen/filemill/v1/upload_service_pb.ts';
import type { UploadOutcome } from '#sdk/upload-files.ts';
import { formatBytes, formatCount, formatDuration, plural } from './printable.ts';
import type { Column } from './table.ts';
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

const id: Column<FileLine> = { title: 'ID', width: 36, cell: (file) => file.id ?? '' };
const name: Column<FileLine> = { title: 'NAME', width: 24, least: 12, cell: (file) => file.path || file.filename };
const status: Column<FileLine> = { title: 'STATUS', width: 10, cell: (file) => file.status ?? 'NOT SENT' };
const type: Column<FileLine> = {
  title: 'TYPE',
  width: 8,
  least: 8,
  optional: 2,
  cell: typeText,
};
/** Shows the state of a file without a result, for tables without a column for it. */
const found: Column<FileLine> = {
  title: 'TYPE',
  width: 18,
  least: 10,
  cell: (file) => typeText(file) || (file.status ?? 'NOT SENT'),
};
const words: Column<FileLine> = {
  title: 'WORDS',
  width: 12,
  optional: 4,
  align: 'right',
  cell: ({ result }) => (result === null ? '' : result.word_count === null ? '–' : plural(result.word_count, 'word')),
};
const wordCount: Column<FileLine> = {
  title: 'WORDS',
  width: 6,
  optional: 4,
  align: 'right',
  cell: ({ result }) => (result === null ? '' : result.word_count === null ? '–' : formatCount(result.word_count)),
};
const sha256: Column<FileLine> = {
  title: 'SHA-256',
  width: 9,
  optional: 6,
  cell: ({ sha256: digits }) => (digits === null ? '' : `${digits.slice(0, 8)}…`),
};
const size: Column<FileLine> = {
  title: 'SIZE',
  width: 8,
  optional: 3,
  align: 'right',
  cell: (file) => (file.size === null ? '' : formatBytes(file.size)),
};
const took: Column<FileLine> = {
  title: 'TIME',
  width: 8,
  optional: 5,
  align: 'right',
  cell: (file) => elapsed(file),
};
const created: Column<FileLine> = {
  title: 'CREATED',
  width: 20,
  optional: 1,
  cell: ({ created_at: at }) => (at === null ? '' : `${at.slice(0, 19).replace('T', ' ')}Z`),
};
const changed: Column<FileLine> = {
  title: 'CHANGED',
  width: 13,
  optional: 1,
  cell: ({ updated_at: at }) => (at ?? '').slice(11),
};
const reason: Column<FileLine> = {
  title: 'REASON',
  cell: ({ error }) => (error === null ? '' : `${error.code}: ${error.message}`),
};

const quiet = (file: FileLine) => file.id ?? '';

export const resultTable: TableStyle<FileLine> = {
  columns: [id, name, found, words, sha256, took],
  remark: reason,
  quiet,
  live: true,
};
export const receiptTable: TableStyle<FileLine> = { columns: [id, size, name], quiet, live: true };
export const listTable: TableStyle<FileLine> = {
  columns: [id, status, { ...name, width: 8, least: 16 }, type, wordCount, sha256, size, created],
  remark: reason,
  quiet,
};
export const changeTable: TableStyle<FileLine> = {
  columns: [changed, id, status, name],
  remark: reason,
  quiet,
  live: true,
};

/** In words, which can be cut; results of earlier versions have no words for it. Empty without a result. */
function typeText({ result, mime_type: type }: FileLine): string {
  return result === null ? '' : (result.description ?? type ?? '');
}

function elapsed({ created_at: from, completed_at: until }: FileLine): string {
  return from === null || until === null ? '' : formatDuration(Date.parse(until) - Date.parse(from));
}
