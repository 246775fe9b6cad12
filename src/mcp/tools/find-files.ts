import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { fileStatuses } from '#domain/file-state.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { FileSummary, summaryOf } from '../schemas.ts';
import type { McpContext } from '../server.ts';
import { addTool } from '../tool.ts';

const input = z.object({
  name: z.string().optional().describe('Part of the name, in any case.'),
  status: z.array(z.enum(fileStatuses)).optional().describe('Any of these.'),
  mime_type: z.string().optional().describe('Such as `application/pdf`, or `image/*`.'),
  language: z.string().optional().describe('The language of the text: an ISO 639 code such as `de`.'),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits')
    .optional(),
  created_from: z.iso.datetime({ offset: true }).optional().describe('Inclusive.'),
  created_before: z.iso.datetime({ offset: true }).optional().describe('Exclusive.'),
  page_size: z.int().min(1).max(100).default(20),
  page_token: z.string().default('').describe('`next_page_token` of the answer before, with the same filter.'),
});

export function findFiles(server: McpServer, context: McpContext): void {
  const tool = {
    name: 'find_files',
    title: 'Find files',
    description: 'Finds files by name, status, type, language, hash or time, newest first. All conditions must hold.',
    input,
    output: z.object({
      files: z.array(FileSummary),
      next_page_token: z.string().describe('Empty on the last page.'),
    }),
    annotations: { readOnlyHint: true },
  };
  addTool(server, tool, async ({ page_size: pageSize, page_token: pageToken, ...asked }, { signal }) => {
    const page = await context.files.listFiles({ filter: filterOf(asked), pageSize, pageToken }, { signal });
    return { files: page.files.map(summaryOf), next_page_token: page.nextPageToken };
  });
}

function filterOf(asked: Omit<z.infer<typeof input>, 'page_size' | 'page_token'>) {
  const { name = '', status = [], mime_type = '', language = '', sha256 = '', created_from, created_before } = asked;
  return {
    nameContains: name,
    statuses: status.map((word) => FileStatus[word]),
    mimeType: mime_type,
    sha256: sha256.toLowerCase(),
    findings: { language: language.toLowerCase() },
    ...(created_from && { createdFrom: timestampFromDate(new Date(created_from)) }),
    ...(created_before && { createdBefore: timestampFromDate(new Date(created_before)) }),
  };
}
