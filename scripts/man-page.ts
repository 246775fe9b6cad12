import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { exitCodeMeanings } from '../src/cli/failure.ts';
import { examplesOf } from '../src/cli/help/examples.ts';
import { pathOf } from '../src/cli/help/layout.ts';
import { makeProgram } from '../src/cli/program.ts';

/**
 * Makes man/filemill.1 of the program itself with `--write`; exits with 1 without it when the page is out of date. It is
 * roff with the macros of man(7).
 */
const path = new URL('../man/filemill.1', import.meta.url);
const program = await makeProgram({});
const made = page();
if (process.argv.includes('--write')) await writeFile(path, made);
else if ((await readFile(path, 'utf8').catch(() => '')) !== made) {
  console.error('man/filemill.1 is out of date. Run: npm run generate');
  process.exitCode = 1;
}

function page(): string {
  const variables: readonly (readonly [name: string, what: string])[] = [
    ['FILEMILL_SERVER', 'the server, as --server takes it'],
    ['FILEMILL_CONTEXT', 'the context to use, as --context takes it'],
    ['FILEMILL_TOKEN, FILEMILL_TOKEN_FILE', 'your token, or a file that holds it'],
    [
      'FILEMILL_TLS_CA, FILEMILL_TLS_CERT, FILEMILL_TLS_KEY',
      'PEM files of the CAs to trust, your certificate and its key',
    ],
    ['FILEMILL_PROXY', 'http://[USER:PASSWORD@]HOST:PORT, or none'],
    ['NO_COLOR', 'no colours, whatever its value'],
    ['TZ', 'the time zone of tables'],
  ];
  return `${[
    `.\\" Made from src/cli by "npm run generate". Do not edit.`,
    `.TH FILEMILL 1 "" "filemill ${program.version()}" "Filemill"`,
    ...['.SH NAME', `filemill \\- ${text('upload files, have them analysed, and read the results')}`],
    ...['.SH SYNOPSIS', `.B filemill`, text('[options] [command]')],
    ...['.SH DESCRIPTION', text(program.description())],
    text(
      'Data goes to standard output, everything else to standard error. Options may stand before or after the command.',
    ),
    ...['.SH EXAMPLES', ...examplesOfCommand(program).slice(1)],
    ...['.SH OPTIONS', ...items(optionsOf(program))],
    ...['.SH COMMANDS', ...program.commands.flatMap(section)],
    ...['.SH ENVIRONMENT', ...items(variables)],
    ...[
      '.SH FILES',
      ...items([['~/.config/filemill/config.yaml', 'contexts; below $XDG_CONFIG_HOME where that is set']]),
    ],
    ...['.SH EXIT STATUS', ...items(Object.entries(exitCodeMeanings))],
  ].join('\n')}\n`;
}

function section(command: Command): string[] {
  const children = command.commands;
  const usage = `${command.createHelp().commandUsage(command)}`;
  return [
    `.SS ${text(`filemill ${pathOf(command)}`)}`,
    ...['.nf', bold(usage), '.fi', '.PP'],
    text(command.description()),
    ...examplesOfCommand(command),
    ...items([...argumentsOf(command), ...optionsOf(command)]),
    ...children.flatMap(section),
  ];
}

function examplesOfCommand(command: Command): string[] {
  return Object.entries(examplesOf(pathOf(command))).flatMap(([what, line]) => [
    ...['.PP', text(`${what}:`), '.PP', '.RS 4', '.nf', text(line), '.fi', '.RE'],
  ]);
}

type Item = readonly [term: string, what: string];

function items(list: readonly Item[]): string[] {
  return list.flatMap(([term, what]) => ['.TP', bold(term), text(what)]);
}

function optionsOf(command: Command): Item[] {
  const help = command.createHelp();
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help' || command === program);
  return options.map((option) => [option.flags, help.optionDescription(option)]);
}

function argumentsOf(command: Command): Item[] {
  const help = command.createHelp();
  return help.visibleArguments(command).map((one) => [`<${one.name()}>`, help.argumentDescription(one)]);
}

function bold(plain: string): string {
  return `\\fB${escaped(plain)}\\fR`;
}

/** A line of text; one that begins with a dot or a quote would be a request. */
function text(plain: string): string {
  return escaped(plain).replace(/^(?=[.'])/, '\\&');
}

/** Hyphens, quotes and tildes as people copy them, and other characters by their code, whatever the encoding is. */
function escaped(plain: string): string {
  const named: Readonly<Record<string, string>> = {
    ...{ '\\': '\\e', '-': '\\-', '~': '\\(ti', '^': '\\(ha', '`': '\\(ga', "'": '\\(aq' },
  };
  return plain.replaceAll(
    /[\\\-~^`']|[^\0-\x7f]/gu,
    (one) => named[one] ?? `\\[u${one.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}
