import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './command.ts';

/** The commands of a document's shell examples, each with the lines that its quotes and backslashes join. */
function documentedCommands(file: string): readonly string[] {
  const blocks = readFileSync(join(root, file), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g);
  const commands: string[] = [];
  for (const [, block = ''] of blocks) {
    let open = '';
    for (const line of block.split('\n')) {
      const command = open === '' ? line : `${open}\n${line}`;
      const isOpen = command.endsWith('\\') || (command.match(/"/g) ?? []).length % 2 === 1;
      open = isOpen ? command : '';
      if (!isOpen && command.trim() !== '') commands.push(command.trim());
    }
  }
  return commands;
}

/** The one command of the document that matches. @throws Error when the document has none: then nobody is told */
export function documented(file: string, pattern: RegExp): string {
  const command = documentedCommands(file).find((candidate) => pattern.test(candidate));
  if (command === undefined) throw new Error(`${file} documents no command like ${pattern}`);
  return command;
}

/** The statement of the README's `psql` line. */
export function readmeQuery(): string {
  const sql = /-c "([^"]+)"/.exec(documented('README.md', /^psql /))?.[1];
  if (sql === undefined) throw new Error('README.md documents no query');
  return sql.trim();
}
