import { basename, dirname } from 'node:path';
import { Command, Option } from 'commander';
import { resultFormats } from '#contract/result-formats.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import type { DownloadSink } from '#sdk/download-file.ts';
import { type ExitCode, exitCodes } from '../failure.ts';
import { addFindingsOptions, type FilterOptions, toFilter } from '../filter.ts';
import { formatBytes, formatCount, plural, printable } from '../output/printable.ts';
import { Stdout } from '../output/stdout.ts';
import { PartFile, refuseExisting } from '../part-file.ts';
import { type Session, withSession } from '../session.ts';

export function exportCommand(): Command {
  const command = new Command('export')
    .description(
      'Export every result that exists now, oldest files first. A file gets its name once it is whole: an export that is interrupted leaves nothing, and begins again when the command is repeated.',
    )
    .addOption(
      new Option('--format <format>', 'csv for spreadsheets, or all that was found as ndjson')
        .choices(Object.keys(resultFormats))
        .default('csv'),
    )
    .option('--to <file>', 'where to; - for stdout', '-')
    .option('--force', 'replace a file that exists')
    .option('--mime, --type <type>', 'type such as text/plain, or a family such as image/*');
  return addFindingsOptions(command).action(withSession(exportResults, { persistent: true }));
}

interface ExportOptions extends FilterOptions {
  readonly format: keyof typeof resultFormats;
  readonly to: string;
  readonly force?: true;
}

async function exportResults(session: Session, options: ExportOptions): Promise<ExitCode> {
  const { to: path, force = false } = options;
  if (path === '-') {
    await writeInto(new Stdout(session.signal), session, options);
    return exitCodes.ok;
  }
  if (!force) await refuseExisting(path);
  await using part = await PartFile.open(dirname(path), `export-${basename(path)}`);
  const fetch = async () => {
    await part.clear();
    return await writeInto(part, session, options);
  };
  // What can still be repeated as a whole is repeated, since an export cannot be resumed.
  const count = await withRetry(fetch, session.retry).catch(async (error: unknown) => {
    await part.remove();
    throw error;
  });
  await part.keepAs(path, { force });
  session.terminal.note(`${plural(count, 'result')} in ${printable(path)} (${formatBytes(part.size)}).`);
  return exitCodes.ok;
}

const redrawMs = 120;

/** @returns the number of results */
async function writeInto(sink: DownloadSink, session: Session, options: ExportOptions): Promise<number> {
  const { results, terminal, signal } = session;
  const { head, line } = resultFormats[options.format];
  const { mimeType = '', findings = {} } = toFilter(options);
  const startedAt = performance.now();
  let [count, drawnAt] = [0, startedAt];
  if (head !== '') await sink.write(Buffer.from(head));
  for await (const batch of results.exportResults({ mimeType, findings }, { signal })) {
    await sink.write(Buffer.from(batch.results.map(line).join('')));
    count += batch.results.length;
    if (performance.now() - drawnAt < redrawMs) continue;
    drawnAt = performance.now();
    const rate = (sink.size / (drawnAt - startedAt)) * 1_000;
    terminal.status(`${formatCount(count)} results  ${formatBytes(sink.size)}  ${formatBytes(rate)}/s`);
  }
  terminal.status('');
  return count;
}
