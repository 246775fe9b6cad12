import { Command } from 'commander';
import { watchFiles } from '#client/watch-files.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { type ExitCode, exitCodes } from '../failure.ts';
import { isFileId, readIds } from '../ids.ts';
import { FileLines } from '../lookup.ts';
import { reportMissing } from '../missing.ts';
import { changeTable } from '../output/file-line.ts';
import { recordWriter } from '../output/writer.ts';
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
  const { terminal, format, files, retry } = session;
  const ids = await readIds(words);
  const missing = ids.filter((id) => !isFileId(id));
  const lines = new FileLines(session);
  const writer = await recordWriter(terminal, format, changeTable);
  // Lines are printed in the order of the changes, though a result has to be fetched for some.
  let printed = Promise.resolve();
  let failed = false;
  await watchFiles(files, ids.filter(isFileId), {
    ...retry,
    onUpdate: ({ id, file }) => {
      if (file === undefined) missing.push(id);
      else {
        failed ||= file.status === FileStatus.FAILED;
        const line = lines.of(file);
        line.catch(() => undefined);
        printed = printed.then(async () => writer.write(await line));
        printed.catch(() => undefined);
      }
    },
  });
  await printed;
  writer.end();
  reportMissing(terminal, missing);
  if (missing.length > 0) return exitCodes.notFound;
  return failed ? exitCodes.someFailed : exitCodes.ok;
}
