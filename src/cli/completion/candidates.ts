import { Argument, type Command } from 'commander';
import { attemptFailures, errorCode } from '#domain/errors.ts';
import { fileStatuses } from '#domain/file-state.ts';
import { orderNames } from '../file-order.ts';
import { pathOf } from '../help/layout.ts';
import { fileColumnNames } from '../output/file-columns.ts';
import { optionsOf, positionOf } from './position.ts';

/** A word that could be typed, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly means: string;
}

/** What has to be looked up. */
export type Kind =
  | 'files'
  | 'failed files'
  | 'completed files'
  | 'types'
  | 'contexts'
  | 'tokens'
  | 'tenants'
  | 'webhooks'
  | 'rules'
  | 'workers';

/** Answers with nothing when it cannot know in time. */
export type LookUp = (kind: Kind) => Promise<readonly Candidate[]>;

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Whether names of files on this machine are meant, which the shell knows best. */
  readonly paths: boolean;
}

/** The values of options: something to look up, or words that may be separated by commas. */
const ofOptions: Readonly<Record<string, Kind | readonly string[]>> = {
  '--status': fileStatuses,
  '--columns': fileColumnNames,
  '--sort': orderNames.flatMap((name) => [name, `${name}:desc`]),
  '--error': attemptFailures.map(errorCode),
  '--type': 'types',
  '--context': 'contexts',
  '--tenant': 'tenants',
  '--file': 'files',
  '--token': 'tokens',
};

/** The values of the arguments of commands. */
const ofArguments: Readonly<Record<string, Kind>> = {
  get: 'files',
  watch: 'files',
  wait: 'files',
  download: 'files',
  delete: 'files',
  text: 'completed files',
  retry: 'failed files',
  'context use': 'contexts',
  'context remove': 'contexts',
  'token revoke': 'tokens',
  'tenant set': 'tenants',
  'retention remove': 'rules',
  'webhook update': 'webhooks',
  'webhook rotate': 'webhooks',
  'webhook test': 'webhooks',
  'webhook deliveries': 'webhooks',
  'webhook replay': 'webhooks',
  'webhook delete': 'webhooks',
  'worker drain': 'workers',
  'worker resume': 'workers',
};

/** Arguments and options that are paths are called so. */
const pathNames = /path|file|dir|folder/;

/** Completes the last of the words after `filemill`. */
export async function complete(program: Command, words: readonly string[], lookUp: LookUp): Promise<Completion> {
  const position = positionOf(program, words);
  const word = words.at(-1) ?? '';
  if (position.kind === 'nothing') return { candidates: [], paths: false };
  if (position.kind === 'command') return fitting(commandsOf(position.command), word);
  if (position.kind === 'option') return fitting(optionNames(position.command), word);
  const { of, command, prefix } = position;
  const source = of.argChoices ?? (of instanceof Argument ? ofArguments[pathOf(command)] : ofOptions[of.long ?? '']);
  if (source === undefined)
    return { candidates: [], paths: pathNames.test(of instanceof Argument ? of.name() : of.flags.replace(/^.*</, '')) };
  if (typeof source === 'string')
    return fitting(
      (await lookUp(source)).map(({ word: value, means }) => ({ word: prefix + value, means })),
      word,
    );
  return fitting(listed(source, word, prefix), word);
}

function fitting(candidates: readonly Candidate[], word: string): Completion {
  const begun = word.toLowerCase();
  return { candidates: candidates.filter((one) => one.word.toLowerCase().startsWith(begun)), paths: false };
}

function commandsOf(command: Command): Candidate[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible.map((child) => ({ word: child.name(), means: child.summary() || child.description() }));
}

function optionNames(command: Command): Candidate[] {
  return optionsOf(command).flatMap(({ long, description }) => (long ? [{ word: long, means: description }] : []));
}

/** Another value of a list, such as `PENDING,FAILED`, or its first one. */
function listed(values: readonly string[], word: string, prefix: string): Candidate[] {
  const before = word.slice(0, Math.max(prefix.length, word.lastIndexOf(',') + 1));
  const given = before.slice(prefix.length).toLowerCase().split(',');
  const others = values.filter((value) => !given.includes(value.toLowerCase()));
  return others.map((value) => ({ word: before + value, means: '' }));
}
