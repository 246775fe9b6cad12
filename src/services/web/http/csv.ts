import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import type { Result } from '#gen/filemill/v1/result_service_pb.ts';

/**
 * Results as RFC 4180 has them: CRLF after each record, quotes around a field that needs them. A field that a
 * spreadsheet would take for a formula (`=1+1.txt`) is left as it is: this is data, and programs read it back.
 */
const columns: readonly (readonly [name: string, value: (result: Result) => string])[] = [
  ['file_id', ({ fileId }) => fileId],
  ['filename', ({ filename }) => filename],
  ['path', ({ path }) => path],
  ['created_at', ({ createdAt }) => time(createdAt)],
  ['size', ({ size }) => String(size)],
  ['mime_type', ({ mimeType }) => mimeType],
  // Empty for a binary file.
  ['word_count', ({ wordCount }) => String(wordCount ?? '')],
  ['sha256', ({ sha256 }) => sha256],
];

export const csvHeader = record(columns.map(([name]) => name));

export function csvRecord(result: Result): string {
  return record(columns.map(([, value]) => value(result)));
}

function record(fields: readonly string[]): string {
  return `${fields.map(quoted).join(',')}\r\n`;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function time(timestamp: Timestamp | undefined): string {
  return timestamp === undefined ? '' : timestampDate(timestamp).toISOString();
}
