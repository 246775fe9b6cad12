import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateSync } from 'node:zlib';
import { ensureDebianPackages } from '../../scripts/support/debian-packages.ts';

const run = promisify(execFile);

/** The kinds of the set: as many documents of each. */
export const kinds = ['pdf', 'docx', 'xlsx', 'pptx', 'odt', 'html', 'rtf', 'eml'] as const;
export type Kind = (typeof kinds)[number];

export interface BenchDocument {
  readonly path: string;
  readonly filename: string;
  readonly kind: Kind;
  readonly size: number;
}

/** A letter, an essay, a report and a book: their words, and the side in pixels of the picture in them. */
const lengths = [
  { words: 600, side: 80 },
  { words: 2_000, side: 120 },
  { words: 6_000, side: 200 },
  { words: 20_000, side: 300 },
];
/** A sheet with fewer words has less than 20 KB. */
const leastInSheet = 4_000;

/** Documents of 20 KB to 2 MB, made by LibreOffice and pandoc. Kept for the next run, as that takes a minute. */
export async function documentSet(): Promise<readonly BenchDocument[]> {
  ensureDebianPackages(['libreoffice-writer', 'libreoffice-calc', 'libreoffice-impress', 'pandoc']);
  const folder = join(tmpdir(), 'filemill-bench-documents-3');
  if (!existsSync(folder)) await make(folder);
  const names = (await readdir(folder)).sort();
  return names.map((filename) => {
    const path = join(folder, filename);
    return { path, filename, kind: extname(filename).slice(1) as Kind, size: statSync(path).size };
  });
}

async function make(folder: string): Promise<void> {
  const work = `${folder}-unfinished`;
  const sources = `${folder}-sources`;
  for (const each of [work, sources]) {
    await rm(each, { recursive: true, force: true });
    await mkdir(each, { recursive: true });
  }
  const htmls: string[] = [];
  for (const { words, side } of lengths) {
    const sections = textOf(words);
    const name = `words-${words}`;
    const picture = png(side);
    htmls.push(await write(join(sources, `${name}.html`), html(sections, picture)));
    await write(join(work, `${name}.html`), html(sections, picture));
    await write(join(work, `${name}.eml`), mail(html(sections), sections, picture));
    await write(join(sources, `${name}.csv`), csv(textOf(Math.max(words, leastInSheet))));
    const markdown = await write(join(sources, `${name}.md`), slides(sections));
    await run('pandoc', [markdown, '-o', join(work, `${name}.pptx`)]);
  }
  const office = (to: string, files: readonly string[]) =>
    run('soffice', [
      `-env:UserInstallation=file://${sources}/profile`,
      '--headless',
      '--convert-to',
      to,
      '--outdir',
      work,
      ...files,
    ]);
  await office('docx:MS Word 2007 XML', htmls);
  const docx = lengths.map(({ words }) => join(work, `words-${words}.docx`));
  await office('odt', docx);
  await office('rtf', docx);
  await office('pdf', docx);
  await office(
    'xlsx',
    lengths.map(({ words }) => join(sources, `words-${words}.csv`)),
  );
  await rm(sources, { recursive: true });
  await rename(work, folder);
}

async function write(path: string, content: string): Promise<string> {
  await writeFile(path, content);
  return path;
}

interface Section {
  readonly title: string;
  readonly paragraphs: readonly string[];
}

const vocabulary = `the of and a to in mill water wheel gate stone flour sack rye wheat miller stream bank spring summer
 ledger month day morning frost flood timber iron bearing grease repair society member visitor school letter council bridge road
 price weight measure harvest storm roof wall window door garden goose horse cart market village county history report committee
 said opened closed turned measured counted carried mended waited asked answered wrote found kept sold bought moved rose fell
 old new high low long short quiet early late every first second third last because while before after between under`.split(
  /\s+/,
);

/** The same text in each run: the generator has a fixed seed. */
function textOf(words: number): Section[] {
  let state = words;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const word = () => vocabulary[next(vocabulary.length)] ?? '';
  const sentence = (length: number) => {
    const text = Array.from({ length }, word).join(' ');
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  };
  const sections: Section[] = [];
  for (let left = words; left > 0; left -= 500) {
    const paragraphs = Array.from({ length: 8 }, () =>
      Array.from({ length: 5 }, () => sentence(8 + next(9))).join(' '),
    );
    sections.push({ title: sentence(3), paragraphs });
  }
  return sections;
}

function html(sections: readonly Section[], picture?: Buffer): string {
  const image = picture === undefined ? '' : `<p><img src="data:image/png;base64,${picture.toString('base64')}"></p>`;
  const body = sections.map(({ title, paragraphs }) => {
    const [first = '', second = '', ...others] = paragraphs;
    const rows = first.split('. ').map((text, at) => `<tr><td>${at}</td><td>${text}</td></tr>`);
    return `<h2>${title}</h2><table border="1">${rows.join('')}</table><p>${second.replace(' ', ' <b>')}</b></p>${others.map((text) => `<p>${text}</p>`).join('\n')}`;
  });
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Report</title><style>p { margin: 1em }</style></head><body>${body.join('\n')}${image}</body></html>`;
}

function slides(sections: readonly Section[]): string {
  return sections
    .map(({ title, paragraphs }) => `# ${title}\n\n${paragraphs.map((text) => `- ${text}`).join('\n')}\n`)
    .join('\n');
}

function csv(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ paragraphs }) => paragraphs.flatMap((text) => text.split('. ')));
  return rows.map((text, at) => `${at},${at * 7.5},"${text}",2026-03-${(at % 28) + 1}`).join('\n');
}

function mail(page: string, sections: readonly Section[], picture: Buffer): string {
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
  const plain = sections.map(({ title, paragraphs }) => [title, ...paragraphs].join('\r\n')).join('\r\n\r\n');
  const part = (type: string, encoding: string, content: string) =>
    `--b\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}\r\n`;
  const attached = part('image/png; name=a.png', 'base64', base64(picture));
  const head =
    'From: a@mill.example\r\nTo: b@mill.example\r\nSubject: Report\r\nDate: Sat, 14 Mar 2026 09:26:52 +0000\r\nMIME-Version: 1.0\r\n';
  const alternatives = `--m\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n${part('text/plain; charset=utf-8', '8bit', plain)}${part('text/html; charset=utf-8', 'base64', base64(Buffer.from(page)))}--b--\r\n`;
  return `${head}Content-Type: multipart/mixed; boundary=m\r\n\r\n${alternatives}${attached.replace('--b', '--m')}--m--\r\n`;
}

/** A picture of noise, which no format makes smaller. */
function png(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const content = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(content));
    return Buffer.concat([length, content, sum]);
  };
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  const rows = Array.from({ length: side }, () => Buffer.concat([Buffer.of(0), randomBytes(side * 3)]));
  const magic = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    magic,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
