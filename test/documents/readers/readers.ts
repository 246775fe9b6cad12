import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { tika as tikaServer, tikaText } from '../../../bench/documents/rivals.ts';
import { ensureDebianPackages } from '../../../scripts/support/debian-packages.ts';
import { analyze, type Expected, pathOf } from '../judge.ts';

const run = promisify(execFile);

/** Counts the words of documents. */
export interface Reader extends AsyncDisposable {
  readonly name: string;
  /** null for a document that it cannot read. */
  count(documents: readonly Expected[]): Promise<readonly (number | null)[]>;
}

export async function filemill(): Promise<Reader> {
  const count = async ({ file }: Expected) => (await analyze(pathOf(file), file)).word_count;
  return { name: 'Filemill', count: (documents) => one(documents, count), ...closed };
}

/** The text that the server answers with. */
export async function tika(): Promise<Reader> {
  const server = await tikaServer();
  const count = async ({ file }: Expected) => wordsOf(await tikaText(server.url, pathOf(file), file));
  return {
    name: 'Tika 3.3.2',
    count: (documents) => one(documents, count),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Rust, as `@firecrawl/anydoc` on npm. The text of its document model counts, and not the marks of its Markdown. */
export async function anydoc(): Promise<Reader> {
  const version = '0.1.9';
  const folder = join(tmpdir(), `filemill-anydoc-${version}`);
  await mkdir(folder, { recursive: true });
  await run('npm', ['install', '--silent', '--prefix', folder, `@firecrawl/anydoc@${version}`]);
  const library = (await import(join(folder, 'node_modules/@firecrawl/anydoc/index.js'))) as {
    toDocument(bytes: Buffer): Promise<unknown>;
    toMarkdown(path: string): Promise<string>;
  };
  const count = async ({ file }: Expected) => {
    const path = pathOf(file);
    if (extname(file) === '.pdf') return wordsOf(withoutMarks(await library.toMarkdown(path)));
    return wordsOf([...blocksOf(await library.toDocument(await readFile(path)))].join('\n'));
  };
  return { name: `anydoc ${version}`, count: (documents) => one(documents, count), ...closed };
}

/** What a person would take from Debian: pdftotext, pandoc, or the tools of catdoc. */
export async function tools(): Promise<Reader> {
  ensureDebianPackages(['poppler-utils', 'pandoc', 'catdoc']);
  const pandoc = (from: string) => ['pandoc', '--wrap=none', '-t', 'plain', '-f', from];
  const commands: Readonly<Record<string, readonly string[]>> = {
    pdf: ['pdftotext', '-enc', 'UTF-8'],
    doc: ['catdoc', '-w', '-d', 'utf-8'],
    dot: ['catdoc', '-w', '-d', 'utf-8'],
    xls: ['xls2csv', '-q', '0', '-c', ' ', '-d', 'utf-8'],
    xlt: ['xls2csv', '-q', '0', '-c', ' ', '-d', 'utf-8'],
    ...Object.fromEntries(['ppt', 'pps', 'pot'].map((each) => [each, ['catppt', '-d', 'utf-8']])),
    ...Object.fromEntries(['docx', 'odt', 'rtf', 'epub', 'fb2', 'ipynb'].map((each) => [each, pandoc(each)])),
    ...Object.fromEntries(['html', 'xhtml'].map((each) => [each, pandoc('html')])),
    md: pandoc('gfm'),
  };
  const count = async ({ file }: Expected) => {
    const [program, ...args] = commands[extname(file).slice(1)] ?? [];
    if (program === undefined) return null;
    const { stdout } = await run(program, [...args, pathOf(file), ...(program === 'pdftotext' ? ['-'] : [])]);
    return wordsOf(stdout);
  };
  return { name: 'pandoc, pdftotext, catdoc', count: (documents) => one(documents, count), ...closed };
}

/** What `soffice --convert-to txt` writes; a sheet as CSV with all of its sheets. */
export async function libreoffice(): Promise<Reader> {
  ensureDebianPackages(['libreoffice-writer', 'libreoffice-calc', 'libreoffice-impress', 'libreoffice-draw']);
  const folder = await mkdtemp(join(tmpdir(), 'filemill-readers-'));
  const writer = 'docx docm dotx dotm odt ott oth odm fodt doc dot rtf html xhtml'.split(' ');
  const count = async (documents: readonly Expected[]) => {
    const asked = documents
      .map(({ file }, at) => ({ file, at }))
      .filter(({ file }) => writer.includes(extname(file).slice(1)));
    const copies = asked.map(({ file, at }) => join(folder, `${at}${extname(file)}`));
    for (const [nth, { file }] of asked.entries()) await copyFile(pathOf(file), copies[nth] ?? '');
    for (let at = 0; at < copies.length; at += 40) {
      const some = copies.slice(at, at + 40);
      const office = ['--headless', '--convert-to', 'txt:Text (encoded):UTF8', '--outdir', join(folder, 'out')];
      await run('soffice', [`-env:UserInstallation=file://${folder}/profile`, ...office, ...some]).catch(() => {});
    }
    return await Promise.all(
      documents.map(async (_, at) => wordsOf(await readFile(join(folder, 'out', `${at}.txt`), 'utf8').catch(() => ''))),
    );
  };
  return { name: 'LibreOffice', count, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

const closed = { [Symbol.asyncDispose]: async () => {} };

async function one(
  documents: readonly Expected[],
  count: (document: Expected) => Promise<number | null>,
): Promise<readonly (number | null)[]> {
  const counts: (number | null)[] = [];
  for (const document of documents) counts.push(await count(document).catch(() => null));
  return counts;
}

/** Maximal runs of characters other than White_Space, as everywhere. */
function wordsOf(text: string): number {
  return text.match(/[^\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g)?.length ?? 0;
}

/** The text of each block of anydoc's document model. */
function* blocksOf(node: unknown): Iterable<string> {
  if (Array.isArray(node)) {
    for (const each of node) yield* blocksOf(each);
    return;
  }
  if (node === null || typeof node !== 'object') return;
  const { content, ...others } = node as { content?: unknown };
  if (Array.isArray(content)) yield inlineOf(content);
  yield* blocksOf(Object.values(others));
}

function inlineOf(node: unknown): string {
  if (Array.isArray(node)) return node.map(inlineOf).join('');
  if (node === null || typeof node !== 'object') return '';
  const { kind, text, content, ...others } = node as { kind?: string; text?: unknown; content?: unknown };
  if (kind === 'lineBreak' || kind === 'break') return '\n';
  if (typeof text === 'string') return text;
  return inlineOf([content, ...Object.values(others)]);
}

/** Markdown without the marks that begin a line, and the rules of tables. */
function withoutMarks(markdown: string): string {
  return markdown
    .replace(/^\s*(#{1,6}|[-*>]|\d+\.)\s/gm, '')
    .replace(/^[|:\s-]+$/gm, '')
    .replace(/\|/g, ' ');
}
