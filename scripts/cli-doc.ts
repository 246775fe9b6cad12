import type { Command } from 'commander';
import { makeProgram } from '../src/cli/program.ts';
import { generatedPage } from './support/generated-page.ts';

/** Makes docs/reference/cli.md of what `--help` prints, as errors-doc.ts makes docs/errors.md. */
const program = await makeProgram({}, undefined);
await generatedPage('reference/cli.md', page());

function page(): string {
  return `<!-- Made from src/cli/commands by \`npm run generate\`. Do not edit. -->

# Command line

What \`filemill COMMAND --help\` prints. Every command has the options at the [end](#options-of-every-command) too.

${program.commands.map((command) => section(command, `filemill ${command.name()}`, 2)).join('\n\n')}

## Options of every command

\`\`\`
${optionsOf(program)}
\`\`\`
`;
}

function section(command: Command, path: string, depth: number): string {
  const own = `${'#'.repeat(depth)} ${path}\n\n\`\`\`\n${helpOf(command)}\n\`\`\``;
  const children = command.commands.map((child) => section(child, `${path} ${child.name()}`, depth + 1));
  return [own, ...children].join('\n\n');
}

/** With the examples that follow, but without the options of every command. */
function helpOf(command: Command): string {
  let text = '';
  command
    .configureHelp({ ...command.configureHelp(), showGlobalOptions: false, helpWidth: 100 })
    .configureOutput({ writeOut: (part) => (text += part), getOutHasColors: () => false })
    .outputHelp();
  return text.trimEnd().replace(/[ \t]+$/gm, '');
}

function optionsOf(command: Command): string {
  const help = command.createHelp();
  const options = help.visibleOptions(command).map((option) => [option.flags, help.optionDescription(option)]);
  const width = Math.max(...options.map(([flags = '']) => flags.length));
  return options.map(([flags = '', description]) => `${flags.padEnd(width)}  ${description}`).join('\n');
}
