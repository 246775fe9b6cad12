import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../failure.ts';
import { readIds } from '../ids.ts';
import { FileLines } from '../lookup.ts';
import { reportMissing } from '../missing.ts';
import { detailView } from '../output/detail.ts';
import { listTable } from '../output/file-line.ts';
import { recordWriter } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

export function getCommand(): Command {
  return new Command('get')
    .description('Show files with all that is known of them: state, result, or why they failed.')
    .argument('<id...>', 'ids; - reads them from stdin')
    .action(withSession(get));
}

async function get(session: Session, words: string[]): Promise<ExitCode> {
  const { terminal, format } = session;
  const { found, missing } = await new FileLines(session).byIds(await readIds(words));
  if (format === 'table' && !terminal.quiet)
    for (const [index, file] of found.entries()) {
      if (index > 0) terminal.print('');
      for (const line of detailView(file, terminal)) terminal.print(line);
    }
  else {
    const writer = await recordWriter(terminal, format, listTable);
    for (const file of found) writer.write(file);
    writer.end();
  }
  reportMissing(terminal, missing);
  return missing.length > 0 ? exitCodes.notFound : exitCodes.ok;
}
