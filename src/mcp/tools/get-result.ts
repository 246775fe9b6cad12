import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { statusWord } from '#contract/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import { findFile } from '../find-file.ts';
import { Citation, citationOf, fileId } from '../schemas.ts';
import type { McpContext } from '../server.ts';
import { addTool } from '../tool.ts';

export function getResult(server: McpServer, context: McpContext): void {
  const tool = {
    name: 'get_result',
    title: 'Get what was found in a file',
    description:
      'Gets what the analysis found in a COMPLETED file: its type, words, language, pages, title, metadata of images ' +
      'and media, entries of archives, hashes. For the text itself use read_text.',
    input: z.object({ id: fileId }),
    output: z.object({ result: z.record(z.string(), z.unknown()), citation: Citation }),
    annotations: { readOnlyHint: true },
  };
  addTool(server, tool, async ({ id }, { signal }) => {
    const file = await findFile(context, id, { signal });
    const [result] = (await context.results.getResults({ fileIds: [id] }, { signal })).results;
    if (result === undefined) {
      const status = statusWord(file.status) ?? 'UNKNOWN';
      throw new FilemillError('RESULT_NOT_FOUND', `The file has no result yet: it is ${status}.`);
    }
    return { result: JSON.parse(result.outputJson) as Record<string, unknown>, citation: citationOf(file) };
  });
}
