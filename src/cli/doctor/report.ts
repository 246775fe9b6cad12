import type { Check } from '../check.ts';
import { displayWidth } from '../output/display-width.ts';
import { plural } from '../output/printable.ts';
import type { Terminal } from '../output/terminal.ts';

const nameWidth = 12;

/** The checks, each with what to do about it, and what they come to. */
export function reportLines(checks: readonly Check[], terminal: Terminal): string[] {
  return [...checks.flatMap((check) => checkLines(check, terminal)), '', conclusion(checks, terminal)];
}

function checkLines({ name, ok, detail, action }: Check, terminal: Terminal): string[] {
  const well = action === null ? terminal.paint('green', '✔') : terminal.paint('yellow', '!');
  const sign = ok ? well : terminal.paint('red', '✖');
  const [first = '', ...rest] = wrapped(detail, terminal.width - nameWidth - 2);
  const indent = ' '.repeat(nameWidth + 2);
  const advice = action === null ? [] : wrapped(action, terminal.width - 6);
  return [
    `${sign} ${name.padEnd(nameWidth)}${first}`,
    ...rest.map((line) => indent + line),
    ...advice.map((line, n) => (n === 0 ? `    → ${line}` : `      ${line}`)),
  ];
}

function conclusion(checks: readonly Check[], terminal: Terminal): string {
  const broken = new Set(checks.filter(({ ok }) => !ok).map(({ name }) => name));
  if (broken.size > 0)
    return terminal.paint('red', `${plural(broken.size, 'thing')} to repair: ${[...broken].join(', ')}.`);
  const better = new Set(checks.filter(({ action }) => action !== null).map(({ name }) => name));
  if (better.size > 0) return `Everything works. To improve: ${[...better].join(', ')}.`;
  return terminal.paint('green', 'Everything is in order.');
}

/** Breaks a text at spaces; a word that is too long stays whole, so that it can be copied. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(`${last} ${word}`) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
