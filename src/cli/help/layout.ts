import type { Command, Help, HelpConfiguration, Option } from 'commander';
import { displayWidth, wrapText } from '../output/display-width.ts';
import { examplesOf } from './examples.ts';

/** No help is wider than this, however wide the terminal is: longer lines are hard to read. */
const widest = 80;

/** How help looks: what it is for, examples, then the reference. */
export const helpLayout: HelpConfiguration = {
  showGlobalOptions: true,
  minWidthToWrap: 20,
  displayWidth: (text) => displayWidth(text),
  prepareContext({ helpWidth = widest }) {
    this.helpWidth = Math.min(widest, helpWidth);
  },
  subcommandTerm: (command) => command.name(),
  optionDescription,
  formatHelp(command, help) {
    const examples = Object.entries(examplesOf(pathOf(command))).flatMap(([what, line]) => [
      ...wrapText(what, (help.helpWidth ?? widest) - 4).map((part) => `  # ${part}`),
      `  ${line}`,
    ]);
    const width = help.padWidth(command, help);
    const item = (term: string, text: string) => help.formatItem(term, width, text, help);
    const options = (list: readonly Option[]) =>
      list.map((option) => item(help.optionTerm(option), help.optionDescription(option)));
    const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
      ['Examples:', examples],
      ['Usage:', [`  ${help.commandUsage(command)}`]],
      ['Arguments:', help.visibleArguments(command).map((arg) => item(arg.name(), help.argumentDescription(arg)))],
      ...commandGroups(command, help, item),
      ['Options:', options(help.visibleOptions(command))],
      ['Options of every command:', options(help.visibleGlobalOptions(command))],
    ];
    const description = help.boxWrap(help.commandDescription(command), help.helpWidth ?? widest);
    const told = sections.filter(([, lines]) => lines.length > 0);
    return `${[description, ...told.map(([title, lines]) => [title, ...lines].join('\n'))].join('\n\n')}\n`;
  },
};

function commandGroups(
  command: Command,
  help: Help,
  item: (term: string, text: string) => string,
): (readonly [title: string, lines: string[]])[] {
  const groups = help.groupItems([...command.commands], help.visibleCommands(command), (one) => one.helpGroup());
  return [...groups].map(([title, some]) => [
    title || 'Commands:',
    some.map((one) => item(help.subcommandTerm(one), help.subcommandDescription(one))),
  ]);
}

/** Choices and defaults as one types them. */
function optionDescription({ description, argChoices, defaultValue, envVar }: Option): string {
  const isTold = defaultValue !== undefined && defaultValue !== '' && typeof defaultValue !== 'boolean';
  const notes = [
    ...(isTold ? [`default: ${[defaultValue].flat().join(',')}`] : []),
    ...(envVar === undefined ? [] : [`env: ${envVar}`]),
  ];
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
  return `${description}${choices}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}

/** The words that name a command: `token create`. */
export function pathOf(command: Command): string {
  if (command.parent === null) return '';
  return `${pathOf(command.parent)} ${command.name()}`.trim();
}
