import { z } from 'zod';
import { fileStateToJson } from '#contract/json.ts';
import { fileStatuses } from '#domain/file-state.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';

export const fileId = z.uuid().describe('The id of a file.');

/** What an answer rests on. */
export const Citation = z.object({
  file_id: z.string(),
  filename: z.string(),
  sha256: z.string().nullable().describe('Of the whole file; null until it is known.'),
  part: z
    .object({ offset: z.int(), bytes: z.int() })
    .nullable()
    .describe('The bytes of the extracted text that were read; null for the whole file.'),
});

/** A file in the few words that a model needs; the HTTP API tells the rest. */
export const FileSummary = z.object({
  id: z.string(),
  filename: z.string(),
  path: z.string(),
  size: z.int().describe('Bytes.'),
  mime_type: z.string(),
  status: z.enum([...fileStatuses, 'UNKNOWN']),
  created_at: z.string().nullable(),
  completed_at: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable().describe('Why it FAILED.'),
  citation: Citation,
});

export function summaryOf(file: File): z.infer<typeof FileSummary> {
  const { id, filename, path, size, mime_type, status, created_at, completed_at, error } = fileStateToJson(file);
  const told = { id, filename, path, size, mime_type, status, created_at, completed_at, error };
  return { ...told, citation: citationOf(file) };
}

export function citationOf(
  { id, filename, sha256, declaredSha256 }: File,
  part: z.infer<typeof Citation>['part'] = null,
): z.infer<typeof Citation> {
  return { file_id: id, filename, sha256: sha256 || declaredSha256 || null, part };
}
