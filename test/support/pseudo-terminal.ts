import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('../../bin/filemill.js', import.meta.url));

export interface PseudoTerminal {
  readonly columns: number;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a line of bash on a real terminal, by `script` of util-linux; `filemill` in it is the program, and `filemill.js` for other programs.
 *
 * @returns all that the terminal received, on stdout and stderr
 */
export async function onTerminal(line: string, { columns, env }: PseudoTerminal): Promise<string> {
  const bash = `stty cols ${columns} rows 40; filemill() { '${process.execPath}' '${program}' "$@"; }; ${line}`;
  const { stdout } = await promisify(execFile)('script', ['-qec', bash, '/dev/null'], {
    env: {
      PATH: `${dirname(program)}:${process.env.PATH}`,
      SHELL: '/bin/bash',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      ...env,
    },
    maxBuffer: 64 * 1_024 * 1_024,
  });
  return stdout;
}

/** What a terminal obeys. */
export const esc = '\u001b';
const sequence = new RegExp(`${esc}\\[[\\d;?]*[A-Za-z]`, 'g');

/** What was drawn, line by line; a line that was drawn again and again appears each time. */
export function drawnLines(received: string): string[] {
  const text = received.replaceAll(sequence, '');
  return text.split(/[\r\n]+/).filter((line) => line !== '');
}
