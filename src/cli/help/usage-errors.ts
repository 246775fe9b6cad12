import { printable } from '../output/printable.ts';

/** What commander says of words that it cannot take, and how a person would say it. Words of the user come last. */
const phrases: readonly (readonly [commander: RegExp, said: string])[] = [
  [/^unknown command '(.*)'$/s, 'There is no command "$1".'],
  [/^unknown option '(.*)'$/s, 'There is no option $1 here.'],
  [/^missing required argument '(.*)'$/s, 'Something is missing: <$1>.'],
  [/^option '.*?(--[\w-]+).*?' argument missing$/s, '$1 needs a value.'],
  [/^option '.*?(--[\w-]+)[^']*' argument '(.*)' is invalid\. (.*)$/s, '$1 cannot be "$2". $3'],
  [/^option '.*?(--[\w-]+)[^']*' value '(.*)' from env '(\w+)' is invalid\. (.*)$/s, '$3 cannot be "$2". $4'],
  [/^command-argument value '(.*)' is invalid for argument '(.*?)'\. (.*)$/s, '<$2> cannot be "$1". $3'],
  [/^option '.*?(--[\w-]+).*?' cannot be used with option '.*?(--[\w-]+).*?'$/s, 'Give $1 or $2, not both.'],
  [
    /^too many arguments(?: for '(.*?)')?\. Expected (\d+) arguments? but got (\d+): (.*)\.$/s,
    'There are too many arguments: $2 expected, $3 given ($4).',
  ],
];

/** @param text as commander would print it: `error: unknown command 'uplod'\n(Did you mean upload?)` */
export function usageText(text: string): string {
  const [, problem = text, suggestion] = /^error: (.*?)(?:\n\(Did you mean (.*)\?\))?\n?$/s.exec(text) ?? [];
  const phrase = phrases.find(([pattern]) => pattern.test(problem));
  const said = phrase === undefined ? `${problem}.` : problem.replace(...phrase);
  const plain = said.replace('Allowed choices are', 'Choose one of');
  const near = suggestion === undefined ? '' : ` Did you mean ${suggestion.replace(/^one of (.*), /, '$1 or ')}?`;
  return `filemill: ${printable(plain + near)}\n`;
}
