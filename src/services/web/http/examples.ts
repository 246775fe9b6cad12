import type { FileJson, Json, SchemaName } from '#contract/schemas.ts';
import { FilemillError } from '#domain/errors.ts';
import { toProblem } from './problem.ts';

const id = '019aaf00-0000-7000-8000-000000000000';
const sha256 = '0c2b6a5e3fd1e2a4f2a7d0f6c7b1c3d9a8e4f5061728394a5b6c7d8e9f001122';
const requestId = '019aaf00-0000-7000-8000-0000000000ff';

const file: FileJson = {
  id,
  filename: 'report.pdf',
  path: '2026/report.pdf',
  size: 48_213,
  mime_type: 'application/pdf',
  status: 'COMPLETED',
  attempt: 1,
  max_attempts: 3,
  created_at: '2026-03-01T09:30:00.120Z',
  updated_at: '2026-03-01T09:30:00.640Z',
  completed_at: '2026-03-01T09:30:00.640Z',
  sha256,
  request_id: requestId,
  tenant: 'default',
  bytes_expired_at: null,
  batch: null,
  priority: 'normal',
  error: null,
};

const output: Json<'Output'> = {
  schema: 3,
  mime_type: 'application/pdf',
  description: 'PDF document',
  detected_by: 'signature',
  confidence: 'certain',
  extension_mismatch: false,
  word_count: 1_874,
  word_count_of: 'document',
  line_count: null,
  character_count: null,
  charset: null,
  sha256,
  size: 48_213,
  findings: { text: { title: 'Annual report', language: 'en', pages: 12 } },
  analyzers: { mime: '5', document: '4', sha256: '1', size: '1' },
};

/** What the schemas look like filled in, for readers of the OpenAPI document. */
export const examples: Partial<Readonly<Record<SchemaName, unknown>>> = {
  File: file,
  FilesPage: { files: [file], next_page_token: '', sort_capped: false, searched_to: null } satisfies Json<'FilesPage'>,
  Receipt: { id, size: 48_213, sha256, duplicate: false } satisfies Json<'Receipt'>,
  Result: {
    id: '019aaf00-0000-7000-8000-000000000001',
    file_id: id,
    created_at: '2026-03-01T09:30:00.640Z',
    filename: 'report.pdf',
    path: '2026/report.pdf',
    output,
  } satisfies Json<'Result'>,
  Problem: {
    ...toProblem(new FilemillError('FILE_NOT_FOUND', `There is no file ${id}.`)),
    request_id: requestId,
  } satisfies Json<'Problem'>,
};
