import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { findFile } from '../find-file.ts';
import { FileSummary, fileId, summaryOf } from '../schemas.ts';
import type { McpContext } from '../server.ts';
import { addTool } from '../tool.ts';

export function getFile(server: McpServer, context: McpContext): void {
  const tool = {
    name: 'get_file',
    title: 'Get a file',
    description: 'Gets the state of one file: its name, size, type and status, and why it failed if it did.',
    input: z.object({ id: fileId }),
    output: z.object({ file: FileSummary }),
    annotations: { readOnlyHint: true },
  };
  addTool(server, tool, async ({ id }, { signal }) => ({
    file: summaryOf(await findFile(context, id, { signal })),
  }));
}
