import { Command } from 'commander';
import { attemptFailures, errorCode } from '#domain/errors.ts';
import { listFiles } from '#sdk/list-files.ts';
import { type ExitCode, exitCodes } from '../failure.ts';
import { type FileOrder, fileOrder, orderNames } from '../file-order.ts';
import { addFilterOptions, addFindingsOptions, type FilterOptions, hasFilter, toFilter } from '../filter.ts';
import { FileLines } from '../lookup.ts';
import { count } from '../options.ts';
import { type FileColumnName, fileColumnNames } from '../output/file-columns.ts';
import { changeTable, type FileLine, listTable } from '../output/file-line.ts';
import { formatCount } from '../output/printable.ts';
import { columnNames, filesWriter } from '../output/selected-columns.ts';
import { isForPeople, type TableStyle } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';
import { printChanges, redrawList } from '../watch-list.ts';

interface ListOptions extends FilterOptions {
  readonly limit: number;
  readonly sort?: FileOrder;
  readonly columns?: readonly FileColumnName[];
  readonly watch?: true;
}

export function listCommand(): Command {
  const command = new Command('list')
    .description('List files and their results, newest first or in another order.')
    .option(
      '--sort <column>',
      `${orderNames.join(', ')}; with :desc the other way round. All but created are orders of the newest 5,000 that match`,
      fileOrder,
    )
    .option('--columns <names>', `these, in this order: ${fileColumnNames.join(', ')}`, columnNames)
    .option('--watch', 'go on until Ctrl-C: show the list again, or where there is no terminal, each file that changed')
    .option('--limit <n>', 'maximum number of files', count(Number.MAX_SAFE_INTEGER - 1), 100);
  return addFindingsOptions(addFilterOptions(command)).action(withSession(list));
}

async function list(session: Session, options: ListOptions): Promise<ExitCode> {
  if (options.watch) return await watch(session, options);
  const { terminal, format, retry } = session;
  const writer = await filesWriter(terminal, format, listTable, options.columns);
  let listed = 0;
  // One extra file tells whether there are more.
  for await (const page of pages(session, options, options.limit + 1, retry.forMs)) {
    for (const line of page.slice(0, options.limit - listed)) writer.write(line);
    listed += page.length;
  }
  writer.end();
  if (listed === 0) terminal.note(nothingListed(options));
  if (listed > options.limit)
    terminal.note(`Only the ${options.sort ? 'first' : 'newest'} ${formatCount(options.limit)}; --limit shows more.`);
  return exitCodes.ok;
}

/** While a list is watched, the server may be away for so long. */
const outageMs = 60_000;

async function watch(session: Session, options: ListOptions): Promise<never> {
  const { terminal, format, retry } = session;
  const forMs = Math.max(retry.forMs, outageMs);
  const open = (style: TableStyle<FileLine>) => () => filesWriter(terminal, format, style, options.columns);
  const look = async (limit: number) => (await Array.fromAsync(pages(session, options, limit, forMs))).flat();
  const { limit } = options;
  return isForPeople(format) && terminal.isScreen
    ? await redrawList(session, { look, limit, open: open(listTable) })
    : await printChanges(session, { look, limit, open: open(changeTable) });
}

/** @param forMs for how long to retry while the server is away */
async function* pages(
  session: Session,
  options: ListOptions,
  limit: number,
  forMs: number,
): AsyncGenerator<readonly FileLine[]> {
  const lines = new FileLines(session);
  let isCapped = false;
  const found = listFiles(session.files, toFilter(options), {
    ...{ ...session.retry, forMs, limit },
    ...(options.sort && { orderBy: options.sort.orderBy }),
    onCapped: () => {
      isCapped = true;
    },
  });
  for await (const page of found) yield await lines.ofAll(page);
  if (isCapped && !options.watch)
    session.terminal.note(`More than 5,000 files match: only the newest are put in this order. A filter narrows them.`);
}

function nothingListed(options: FilterOptions): string {
  if (!hasFilter(options)) return 'There are no files yet: `filemill upload PATH` adds some.';
  const known = attemptFailures.map(errorCode);
  const isUnknown = options.error !== undefined && !known.includes(options.error.toLowerCase());
  return `No file passes this filter.${isUnknown ? ` The known reasons are: ${known.join(', ')}.` : ''}`;
}
