import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { FileWatch, isOver } from '#sdk/file-watch.ts';
import { FileSummary, fileId, summaryOf } from '../schemas.ts';
import type { McpContext } from '../server.ts';
import { addTool } from '../tool.ts';

/** How long the server may be away meanwhile. */
const outageMs = 10_000;

const input = z.object({
  ids: z.array(fileId).min(1).max(100),
  timeout_seconds: z.int().min(1).max(300).default(30).describe('How long to wait at most.'),
});

export function wait(server: McpServer, context: McpContext): void {
  const tool = {
    name: 'wait',
    title: 'Wait for files',
    description:
      'Waits until files are COMPLETED or FAILED, or the time is over. If `done` is false, call it again with the same ids.',
    input,
    output: z.object({
      done: z.boolean().describe('All of them have ended.'),
      files: z.array(FileSummary),
      missing: z.array(z.string()).describe('Ids that no file has.'),
    }),
    annotations: { readOnlyHint: true },
  };
  addTool(server, tool, async ({ ids, timeout_seconds: seconds }, { signal, progress }) => {
    const end = AbortSignal.timeout(seconds * 1_000);
    let ended = 0;
    const watch = new FileWatch(context.files, new Set(ids.map((id) => id.toLowerCase())), {
      signal: AbortSignal.any([signal, end]),
      forMs: outageMs,
      terminalOnly: true,
      onUpdates: async (updates) => {
        ended += updates.length;
        await progress(ended, ids.length);
      },
    });
    await watch.run().catch((error: unknown) => {
      if (!end.aborted || signal.aborted) throw error;
    });
    const { files, missingIds } = await context.files.getFiles({ ids }, { signal });
    return { done: files.every(isOver), files: files.map(summaryOf), missing: missingIds };
  });
}
