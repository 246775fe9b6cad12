import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../failure.ts';
import { Stdout } from '../output/stdout.ts';
import { type Session, withSession } from '../session.ts';

export function textCommand(): Command {
  return new Command('text')
    .description('Print the text of a document, if the workers keep texts (FILEMILL_KEEP_TEXT=1).')
    .argument('<id>', 'a file id')
    .action(withSession(text));
}

async function text({ results, signal }: Session, id: string): Promise<ExitCode> {
  const stdout = new Stdout(signal);
  for await (const { chunk } of results.getText({ fileId: id }, { signal })) await stdout.write(chunk);
  return exitCodes.ok;
}
