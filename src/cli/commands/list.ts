import { Command } from 'commander';
import { attemptFailures, errorCode } from '#domain/errors.ts';
import { listFiles } from '#sdk/list-files.ts';
import { type ExitCode, exitCodes } from '../failure.ts';
import { addFilterOptions, addFindingsOptions, type FilterOptions, hasFilter, toFilter } from '../filter.ts';
import { FileLines } from '../lookup.ts';
import { count } from '../options.ts';
import { listTable } from '../output/file-line.ts';
import { formatCount } from '../output/printable.ts';
import { recordWriter } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

type ListOptions = FilterOptions & { readonly limit: number };

export function listCommand(): Command {
  const command = new Command('list').description('List files and their results, newest first.');
  return addFindingsOptions(addFilterOptions(command))
    .option('--limit <n>', 'maximum number of files', count(Number.MAX_SAFE_INTEGER - 1), 100)
    .action(withSession(list));
}

function nothingListed(options: FilterOptions): string {
  if (!hasFilter(options)) return 'There are no files yet: `filemill upload PATH` adds some.';
  const known = attemptFailures.map(errorCode);
  const isUnknown = options.error !== undefined && !known.includes(options.error.toLowerCase());
  return `No file passes this filter.${isUnknown ? ` The known reasons are: ${known.join(', ')}.` : ''}`;
}

async function list(session: Session, options: ListOptions): Promise<ExitCode> {
  const { terminal, format, files, retry } = session;
  const lines = new FileLines(session);
  const writer = await recordWriter(terminal, format, listTable);
  let listed = 0;
  // One extra file tells whether there are more.
  for await (const page of listFiles(files, toFilter(options), { ...retry, limit: options.limit + 1 })) {
    const shown = page.slice(0, options.limit - listed);
    for (const line of await lines.ofAll(shown)) writer.write(line);
    listed += page.length;
  }
  writer.end();
  if (listed === 0) terminal.note(nothingListed(options));
  if (listed > options.limit) terminal.note(`Only the newest ${formatCount(options.limit)}; --limit shows more.`);
  return exitCodes.ok;
}
