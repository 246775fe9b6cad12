import { Command } from 'commander';
import { listFiles } from '#client/list-files.ts';
import { type ExitCode, exitCodes } from '../failure.ts';
import { addFilterOptions, type FilterOptions, toFilter } from '../filter.ts';
import { FileLines } from '../lookup.ts';
import { count } from '../options.ts';
import { listTable } from '../output/file-line.ts';
import { recordWriter } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

type ListOptions = FilterOptions & { readonly limit: number };

export function listCommand(): Command {
  return addFilterOptions(new Command('list').description('List files and their results, newest first.'))
    .option('--limit <n>', 'how many at most', count(Number.MAX_SAFE_INTEGER), 100)
    .action(withSession(list));
}

async function list(session: Session, options: ListOptions): Promise<ExitCode> {
  const { terminal, format, files, retry } = session;
  const lines = new FileLines(session);
  const writer = await recordWriter(terminal, format, listTable);
  let listed = 0;
  for await (const page of listFiles(files, toFilter(options), { ...retry, limit: options.limit })) {
    for (const line of await lines.ofAll(page)) writer.write(line);
    listed += page.length;
  }
  writer.end();
  if (listed === 0) terminal.note('No file passes; `filemill upload PATH` brings some in.');
  if (listed === options.limit) terminal.note(`Only the newest ${listed}; --limit shows more.`);
  return exitCodes.ok;
}
