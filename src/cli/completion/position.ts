import type { Argument, Command, Option } from 'commander';

/** What is completed: the value of an option or of an argument, the name of an option, or that of a command. */
export type Position =
  | { readonly kind: 'option'; readonly command: Command }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'value'; readonly command: Command; readonly of: Option | Argument; readonly prefix: string }
  | { readonly kind: 'nothing' };

/**
 * Finds out what the word under the cursor is, as commander reads the words before it.
 *
 * @param words all words after `filemill`; the last one is what was typed of the word under the cursor
 */
export function positionOf(program: Command, words: readonly string[]): Position {
  let command = program;
  let pending: Option | undefined;
  let given = 0;
  let onlyArguments = false;
  for (const word of words.slice(0, -1)) {
    if (pending !== undefined) pending = undefined;
    else if (word === '--') onlyArguments = true;
    else if (word.startsWith('-') && word !== '-' && !onlyArguments) {
      const option = word.includes('=') ? undefined : optionOf(command, word);
      if (option?.required) pending = option;
    } else {
      const child = given === 0 ? childOf(command, word) : undefined;
      if (child === undefined) given += 1;
      else command = child;
    }
  }
  return atCursor({ command, pending, given, onlyArguments }, words.at(-1) ?? '');
}

interface State {
  readonly command: Command;
  /** An option that waits for its value. */
  readonly pending: Option | undefined;
  /** The number of arguments so far. */
  readonly given: number;
  readonly onlyArguments: boolean;
}

function atCursor({ command, pending, given, onlyArguments }: State, word: string): Position {
  if (pending !== undefined) return { kind: 'value', command, of: pending, prefix: '' };
  if (word.startsWith('-') && word !== '-' && !onlyArguments) {
    const [name = '', value] = word.split('=', 2);
    if (value === undefined) return { kind: 'option', command };
    const option = optionOf(command, name);
    return option?.required ? { kind: 'value', command, of: option, prefix: `${name}=` } : { kind: 'nothing' };
  }
  if (given === 0 && command.commands.length > 0) return { kind: 'command', command };
  const wanted = command.registeredArguments;
  const argument = wanted[given] ?? (wanted.at(-1)?.variadic ? wanted.at(-1) : undefined);
  return argument === undefined ? { kind: 'nothing' } : { kind: 'value', command, of: argument, prefix: '' };
}

/** Options of a command and of the program. */
export function optionsOf(command: Command): readonly Option[] {
  const own = command.createHelp().visibleOptions(command);
  return command.parent === null ? own : [...own, ...optionsOf(command.parent).filter(({ long }) => long !== '--help')];
}

function optionOf(command: Command, name: string): Option | undefined {
  return optionsOf(command).find(({ long, short }) => name === long || name === short);
}

function childOf(command: Command, name: string): Command | undefined {
  return command.commands.find((child) => child.name() === name);
}
