/**
 * `npm run readers [-- --write]`: how many documents of the made set each reader counts right. Installs what it needs on
 * Debian. With --write it puts the table into docs/analysis.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { areRight, type Expected, expectations } from '../judge.ts';
import { anydoc, filemill, libreoffice, type Reader, tika, tools } from './readers.ts';

const families: readonly (readonly [name: string, extensions: readonly string[]])[] = [
  ['Word', ['docx', 'docm', 'dotx', 'dotm']],
  ['Excel', ['xlsx', 'xlsm', 'xltx', 'xltm', 'xlsb']],
  ['PowerPoint', ['pptx', 'pptm', 'ppsx', 'ppsm', 'potx', 'potm']],
  ['OpenDocument', 'odt ott oth odm fodt ods ots fods odp otp fodp odg otg fodg'.split(' ')],
  ['old Office', ['doc', 'dot', 'xls', 'xlt', 'ppt', 'pps', 'pot']],
  ['RTF', ['rtf']],
  ['PDF', ['pdf']],
  ['HTML', ['html', 'xhtml', 'mht']],
  ['mail', ['eml', 'mbox', 'msg']],
  ['books, XPS', ['epub', 'fb2', 'xps']],
];

const documents = expectations.filter(({ word_count_of, words }) => word_count_of === 'document' && words !== null);
const kinds = [...new Set(documents.map(kindOf))].sort();

const rows = new Map<string, Map<string, number>>();
const names: string[] = [];
for (const open of [filemill, tika, anydoc, tools, libreoffice]) {
  await using reader: Reader = await open();
  names.push(reader.name);
  const counts = await reader.count(documents);
  rows.set(reader.name, rightByKind(counts));
  const wrong = documents.filter((expected, at) => !areRight(expected, counts[at] ?? null));
  console.error(`${reader.name}: ${documents.length - wrong.length} of ${documents.length}`);
}

const total = (name: string) => [...(rows.get(name)?.values() ?? [])].reduce((sum, right) => sum + right, 0);
const lines = [
  `| documents | of | ${names.join(' | ')} |`,
  `|---|${'--:|'.repeat(names.length + 1)}`,
  ...kinds.map((kind) => row(kind, of(kind), (name) => rows.get(name)?.get(kind) ?? 0)),
  row('**all**', documents.length, total),
];
console.log(lines.join('\n'));
if (process.argv.includes('--write')) put(lines);

function row(kind: string, of: number, value: (name: string) => number): string {
  return `| ${[kind, of, ...names.map(value)].join(' | ')} |`;
}

function rightByKind(counts: readonly (number | null)[]): Map<string, number> {
  const right = new Map<string, number>();
  for (const [at, expected] of documents.entries()) {
    if (!areRight(expected, counts[at] ?? null)) continue;
    const kind = kindOf(expected);
    right.set(kind, (right.get(kind) ?? 0) + 1);
  }
  return right;
}

function of(kind: string): number {
  return documents.filter((expected) => kindOf(expected) === kind).length;
}

/** The family of a document, by its extension. */
function kindOf({ file }: Expected): string {
  const extension = extname(file).slice(1);
  return families.find(([, extensions]) => extensions.includes(extension))?.[0] ?? 'other';
}

/** Between the marks of docs/analysis.md. */
function put(table: readonly string[]): void {
  const path = new URL('../../../docs/analysis.md', import.meta.url);
  const [begin, end] = ['<!-- readers -->', '<!-- /readers -->'];
  const page = readFileSync(path, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/analysis.md lacks ${begin} … ${end}.`);
  writeFileSync(path, `${page.slice(0, from + begin.length)}\n\n${table.join('\n')}\n\n${page.slice(to)}`);
}
