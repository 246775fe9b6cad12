import { Command } from 'commander';
import { TerminalWaiter } from '#client/terminal-waiter.ts';
import { type ExitCode, exitCodes } from '../failure.ts';
import { isFileId, readIds } from '../ids.ts';
import { FileLines } from '../lookup.ts';
import { reportMissing } from '../missing.ts';
import { resultTable } from '../output/file-line.ts';
import { recordWriter } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

export function waitCommand(): Command {
  return new Command('wait')
    .description('Wait until files are COMPLETED or FAILED; ends with 3 if any FAILED, with 5 after --timeout.')
    .argument('<id...>', 'ids; - reads them from stdin')
    .action(withSession(wait, { persistent: true }));
}

async function wait(session: Session, words: string[]): Promise<ExitCode> {
  const { terminal, format, files, retry } = session;
  const ids = await readIds(words);
  const missing = ids.filter((id) => !isFileId(id));
  const waiter = new TerminalWaiter(files, retry);
  const lines = new FileLines(session);
  const writer = await recordWriter(terminal, format, resultTable);
  let failed = false;
  await Promise.all(
    ids.filter(isFileId).map(async (id) => {
      const file = await waiter.wait(id);
      if (file === undefined) return void missing.push(id);
      const line = await lines.of(file);
      writer.write(line);
      failed ||= line.status === 'FAILED';
    }),
  );
  writer.end();
  reportMissing(terminal, missing);
  if (missing.length > 0) return exitCodes.notFound;
  return failed ? exitCodes.someFailed : exitCodes.ok;
}
