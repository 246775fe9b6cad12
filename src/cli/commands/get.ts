import { Command } from 'commander';
import { maxIdsPerCall } from '#sdk/file-watch.ts';
import { type ExitCode, exitCodes } from '../failure.ts';
import { inGroups, knownIds, readIds } from '../ids.ts';
import { FileLines, Missing } from '../lookup.ts';
import { detailView, type FileDetail } from '../output/detail.ts';
import { listTable } from '../output/file-line.ts';
import type { Terminal } from '../output/terminal.ts';
import { type Format, type RecordWriter, recordWriter } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

export function getCommand(): Command {
  return new Command('get')
    .description('Show everything known about files: state, result, attempts, and why they failed.')
    .argument('<id...>', 'file ids; - reads them from stdin')
    .action(withSession(get));
}

async function get(session: Session, words: string[]): Promise<ExitCode> {
  const { terminal, format, signal } = session;
  const lines = new FileLines(session);
  const missing = new Missing(terminal);
  const writer = await detailWriter(terminal, format);
  const ids = knownIds(readIds(words, signal), (word) => missing.report(word));
  for await (const group of inGroups(ids, maxIdsPerCall)) {
    const answer = await lines.byIds(group);
    for (const file of answer.found) writer.write(file);
    for (const id of answer.missing) missing.report(id);
  }
  writer.end();
  return missing.any ? exitCodes.notFound : exitCodes.ok;
}

/** Prints a paragraph for each file in the table format. */
async function detailWriter(terminal: Terminal, format: Format): Promise<RecordWriter<FileDetail>> {
  if (format !== 'table' || terminal.quiet) return await recordWriter<FileDetail>(terminal, format, listTable);
  let separator = false;
  return {
    write(file) {
      if (separator) terminal.print('');
      separator = true;
      for (const line of detailView(file, terminal)) terminal.print(line);
    },
    end: () => undefined,
  };
}
