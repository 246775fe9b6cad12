import { Command } from 'commander';
import { followIds } from '../follow-ids.ts';
import { changeTable } from '../output/file-line.ts';
import { withSession } from '../session.ts';

export function watchCommand(): Command {
  const options = { table: changeTable, terminalOnly: false };
  return new Command('watch')
    .description('Show files now and at each change until all are COMPLETED or FAILED. Exits with 3 if any FAILED.')
    .argument('<id...>', 'file ids; - reads them from stdin')
    .action(withSession((session, ids: string[]) => followIds(session, ids, options), { persistent: true }));
}
