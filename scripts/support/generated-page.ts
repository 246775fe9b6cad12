import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

/** Writes a page of docs/ with `--write`; without it, exits with 1 when the page is out of date. */
export async function generatedPage(name: string, page: string): Promise<void> {
  const path = new URL(`../../docs/${name}`, import.meta.url);
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  if (values.write) return await writeFile(path, page);
  if ((await readFile(path, 'utf8').catch(() => '')) === page) return;
  console.error(`docs/${name} is out of date. Run: npm run generate`);
  process.exitCode = 1;
}
