import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { Isolates } from '#analysis/run/isolates.ts';
import { AnalysisPool } from '#analysis/run/pool.ts';
import type { OutputData } from '#domain/analysis.ts';
import { never } from '#platform/abort.ts';
import { officePackage } from '#test/support/office-package.ts';
import { zipOf } from '#test/support/zip-writer.ts';

let folder: string;
let pool: AnalysisPool;
let isolates: Isolates;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filemill-bombs-'));
  pool = new AnalysisPool({ threads: 1, heapMb: 256 });
  isolates = await Isolates.open({ processes: 1, memoryMb: 512, findingsDeadlineMs: 20_000 });
});
after(async () => {
  await isolates[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const page = (content: string) => `<!DOCTYPE html><html><body>${content}</body></html>`;
const laughs = Array.from({ length: 12 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');

/** Small files that want to become large or to take long, and the codes that an error may have; undefined for none. */
const bombs: readonly (readonly [name: string, make: () => Buffer, codes: readonly (string | undefined)[]])[] = [
  [
    'a part of 256 MiB.docx',
    () => document(filled('<w:p><w:r><w:t>a </w:t></w:r></w:p>')),
    ['too_large', 'damaged', 'timeout'],
  ],
  ['a word of 256 MiB.docx', () => document(filled('a')), ['too_large', 'damaged', 'timeout']],
  ['depth.docx', () => document('<w:tbl>'.repeat(200_000)), ['too_large', 'damaged', 'timeout', undefined]],
  [
    'columns.ods',
    () =>
      spreadsheet('<table:table-cell table:number-columns-repeated="999999999"><text:p>a</text:p></table:table-cell>'),
    ['too_large', 'damaged', 'timeout', undefined],
  ],
  [
    'laughs.xml',
    () => Buffer.from(`<!DOCTYPE a [<!ENTITY l0 "ha ">${laughs}]><a>&l12;</a>`),
    ['too_large', 'damaged', 'timeout', undefined],
  ],
  [
    'itself.xml',
    () => Buffer.from('<!DOCTYPE a [<!ENTITY a "&b;"><!ENTITY b "&a;">]><a>&a;</a>'),
    ['damaged', undefined],
  ],
  ['depth.html', () => Buffer.from(page('<div>'.repeat(300_000))), ['too_large', 'damaged', 'timeout', undefined]],
  ['depth.rtf', () => Buffer.from(`{\\rtf1 ${'{'.repeat(1_000_000)}`), ['too_large', 'damaged', 'timeout', undefined]],
  ['depth.eml', () => Buffer.from(nestedMail(500)), ['too_large', 'damaged', 'timeout', undefined]],
  ['endless.pdf', () => pdf('[2 0 R 2 0 R]', '0 0 1 1'), ['damaged', 'too_large', 'timeout', undefined]],
  ['pages.pdf', () => pdf(`[${'3 0 R '.repeat(100_000)}]`, '0 0 9 9'), ['damaged', 'too_large', 'timeout', undefined]],
  ['huge stream.pdf', () => pdfWithStream(), ['damaged', 'too_large', 'timeout', 'out_of_memory', undefined]],
  ['gzip of 1 GiB.gz', () => gzipSync(Buffer.alloc(2 ** 30)), [undefined, 'too_large', 'timeout']],
  ['archives in archives.zip', () => nestedArchive(60), [undefined, 'timeout']],
];

describe('a file that wants to become large', () => {
  for (const [name, make, codes] of bombs)
    it(`${name} is completed, with an error that tells the limit if one was met`, async () => {
      const path = join(folder, 'bomb');
      const content = make();
      await writeFile(path, content);
      const file = { path, filename: name, size: content.length };
      const pass = await pool.analyze(file, { deadlineMs: 30_000, signal: never });
      const { output } = await isolates.complete(file, pass, never);
      const found = errorsOf(output);
      assert.ok(
        found.length === 0 ? codes.includes(undefined) : found.every((code) => codes.includes(code)),
        `${found}`,
      );
    });
});

function errorsOf({ findings }: OutputData): readonly string[] {
  const errors = Object.values(findings ?? {}).map(({ error }) => error as { readonly code: string } | undefined);
  return errors.flatMap((error) => (error === undefined ? [] : [error.code]));
}

/** As many repetitions as fill 256 MiB, which pack into less than 1 MiB. */
function filled(piece: string): Buffer {
  return Buffer.alloc(2 ** 28, piece);
}

function document(body: string | Buffer): Buffer {
  const head = Buffer.from(`<w:document xmlns:w="${word}"><w:body><w:p><w:r><w:t>`);
  return officePackage({
    'word/document.xml': { content: Buffer.concat([head, Buffer.from(body)]).toString('latin1') },
  });
}

function spreadsheet(cell: string): Buffer {
  const names = ['office', 'table', 'text'].map(
    (name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`,
  );
  const rows = `<table:table-row table:number-rows-repeated="999999999">${cell}</table:table-row>`;
  const content = `<office:document-content ${names.join(' ')}><office:body><office:spreadsheet><table:table>${rows}</table:table></office:spreadsheet></office:body></office:document-content>`;
  const type = 'application/vnd.oasis.opendocument.spreadsheet';
  return zipOf([
    { name: 'mimetype', content: type, stored: true },
    { name: 'content.xml', content },
  ]);
}

function nestedMail(depth: number): string {
  const head = 'From: a@mill.example\nSubject: again\nMIME-Version: 1.0\n';
  const inner = (left: number): string =>
    left === 0
      ? `${head}\nThe end.\n`
      : `${head}Content-Type: multipart/mixed; boundary=b${left}\n\n--b${left}\nContent-Type: message/rfc822\n\n${inner(left - 1)}\n--b${left}--\n`;
  return inner(depth);
}

/** Pages that list these children; object 2 is the list itself, object 3 a page. */
function pdf(kids: string, box: string): Buffer {
  return Buffer.from(`%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Count 100000/Kids ${kids}>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[${box}]>> endobj
trailer <</Root 1 0 R/Size 4>>
%%EOF
`);
}

function pdfWithStream(): Buffer {
  const packed = deflateSync(Buffer.alloc(2 ** 29, 'BT (a ) Tj ET '));
  return Buffer.concat([
    Buffer.from(`%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Count 1/Kids [3 0 R]>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<<>>>> endobj
4 0 obj <</Length ${packed.length}/Filter/FlateDecode>> stream
`),
    packed,
    Buffer.from('\nendstream endobj\ntrailer <</Root 1 0 R/Size 5>>\n%%EOF\n'),
  ]);
}

function nestedArchive(depth: number): Buffer {
  let archive: Buffer = zipOf([{ name: 'zeros', content: Buffer.alloc(2 ** 24) }]);
  for (let at = 0; at < depth; at++) archive = zipOf([{ name: `${at}.zip`, content: archive }]);
  return archive;
}
