import { once } from 'node:events';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../failure.ts';
import { type Session, withSession } from '../session.ts';

export function textCommand(): Command {
  return new Command('text')
    .description('Print the text of a document, if the workers keep texts (FILEMILL_KEEP_TEXT=1).')
    .argument('<id>', 'a file id')
    .action(withSession(text));
}

async function text({ results, signal }: Session, id: string): Promise<ExitCode> {
  for await (const { chunk } of results.getText({ fileId: id }, { signal }))
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain', { signal });
  return exitCodes.ok;
}
