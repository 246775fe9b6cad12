import { Command } from 'commander';
import type { ExitCode } from '../failure.ts';
import { followIds } from '../follow-ids.ts';
import { resultTable } from '../output/file-line.ts';
import { type Session, withSession } from '../session.ts';

export function waitCommand(): Command {
  return new Command('wait')
    .description('Wait until files are COMPLETED or FAILED; ends with 3 if any FAILED, with 5 after --timeout.')
    .argument('<id...>', 'ids; - reads them from stdin')
    .action(withSession(wait, { persistent: true }));
}

async function wait(session: Session, words: string[]): Promise<ExitCode> {
  return await followIds(session, words, { table: resultTable, terminalOnly: true });
}
