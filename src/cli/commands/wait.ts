import { Command } from 'commander';
import { followIds } from '../follow-ids.ts';
import { resultTable } from '../output/file-line.ts';
import { withSession } from '../session.ts';

export function waitCommand(): Command {
  const options = { table: resultTable, terminalOnly: true };
  return new Command('wait')
    .description('Wait until files are COMPLETED or FAILED. Exits with 3 if any FAILED, with 5 after --timeout.')
    .argument('<id...>', 'file ids; - reads them from stdin')
    .action(withSession((session, ids: string[]) => followIds(session, ids, options), { persistent: true }));
}
