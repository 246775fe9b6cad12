import { Command } from 'commander';
import type { ExitCode } from '../failure.ts';
import { followIds } from '../follow-ids.ts';
import { changeTable } from '../output/file-line.ts';
import { type Session, withSession } from '../session.ts';

export function watchCommand(): Command {
  return new Command('watch')
    .description(
      'Show the state of files now and at each change, until all are COMPLETED or FAILED; ends with 3 if any FAILED.',
    )
    .argument('<id...>', 'ids; - reads them from stdin')
    .action(withSession(watch, { persistent: true }));
}

async function watch(session: Session, words: string[]): Promise<ExitCode> {
  return await followIds(session, words, { table: changeTable, terminalOnly: false });
}
