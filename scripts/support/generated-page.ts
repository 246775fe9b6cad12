import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

/** Writes a page of docs/ with `--write`; without it, exits with 1 when the page is out of date. */
export function generatedPage(name: string, page: string): Promise<void> {
  return generatedFile(`docs/${name}`, page);
}

/** Writes or checks a file like that, by its path in the project. */
export async function generatedFile(name: string, content: string): Promise<void> {
  const path = new URL(`../../${name}`, import.meta.url);
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  if (values.write) return await writeFile(path, content);
  if ((await readFile(path, 'utf8').catch(() => '')) === content) return;
  console.error(`${name} is out of date. Run: npm run generate`);
  process.exitCode = 1;
}
