import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { helpLayout } from './help/layout.ts';
import { usageText } from './help/usage-errors.ts';
import { addGlobalOptions } from './options.ts';
import { addVerbs, ofThisCommand, whereHelpIs } from './verbs.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/**
 * The whole command line.
 *
 * @param words of which those that name commands are loaded; without it all are
 */
export async function makeProgram(env: NodeJS.ProcessEnv, words?: readonly string[]): Promise<Command> {
  const program = addGlobalOptions(new Command('filemill'), env)
    .description('Upload files, have them analysed, and read the results.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help for a command')
    .commandsGroup(`${ofThisCommand}:`)
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp(helpLayout)
    .configureOutput({ outputError: (text, write) => write(usageText(text)) })
    .showHelpAfterError(whereHelpIs('filemill'))
    .exitOverride();
  await addVerbs(program, words);
  return program;
}
