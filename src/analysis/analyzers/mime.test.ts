import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { analyzers } from '../registry.ts';
import { analyzeFile } from '../run/pass.ts';

const samples: readonly (readonly [filename: string, mime: string, words: number | null])[] = [
  ['catalogue.xml', 'application/xml', 21],
  ['empty.dat', 'inode/x-empty', 0],
  ['events.ndjson', 'application/x-ndjson', 3],
  ['guide.md', 'text/markdown', 68],
  ['harvest.csv', 'text/csv', 11],
  ['hello.txt', 'text/plain', 12],
  ['languages.txt', 'text/plain', 38],
  ['leaflet.pdf', 'application/pdf', null],
  ['ledger.txt.gz', 'application/gzip', null],
  ['orders.json', 'application/json', 39],
  ['page.html', 'text/html', 24],
  ['papers.zip', 'application/zip', null],
  ['sample.txt', 'text/plain', 277],
  ['utf16.txt', 'text/plain', 13],
  ['wheel.png', 'image/png', null],
  ['wheel.svg', 'image/svg+xml', 28],
];

test('the files of testdata', async () => {
  for (const [filename, mime, words] of samples) {
    const path = fileURLToPath(new URL(`../../../testdata/${filename}`, import.meta.url));
    const found = await analyzeFile({ path, filename, size: 0 }, analyzers);
    assert.deepEqual([found.mime_type, found.word_count], [mime, words], filename);
  }
});

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filemill-mime-'));
});
after(() => rm(folder, { recursive: true }));

const texts: readonly (readonly [filename: string, content: string, mime: string])[] = [
  // Prose, whatever it resembles
  ['notes', 'Dear all,\nplease, come early.\nYours, me\n', 'text/plain'],
  ['BMW', 'BMW is a car, GIF a format, and MZ two letters.\n', 'text/plain'],
  ['a.bin', 'words in a file of a strange name', 'text/plain'],
  ['picture.png', 'not a picture at all', 'text/plain'],
  ['todo.txt', '# Title\n\n[a link](http://example.org)\n', 'text/plain'],
  // JSON
  ['x', '{"a": [1, 2, {"b": null}]}', 'application/json'],
  ['x.txt', '[1, 2]\n', 'application/json'],
  // A comma too many: its name says what it was meant to be.
  ['x.json', '{"a": 1,}', 'application/json'],
  ['x.json', 'not JSON', 'text/plain'],
  ['x.json', '42', 'text/plain'],
  ['x.ini', '[section]\nkey=value\n', 'text/x-ini'],
  ['x', '{"a":1}\n{"a":2}\n', 'application/x-ndjson'],
  ['x.jsonl', '{"a":1}\n', 'application/x-ndjson'],
  ['x', '{"a":1}\nand prose\n', 'text/plain'],
  ['big', `[${'{"key": "value \\" \\u00e9", "n": -1.5e3},\n'.repeat(4_000)}{}]`, 'application/json'],
  ['big', `{"text": "${'x'.repeat(100_000)}"}`, 'application/json'],
  ['big', `[${'{"key": value},\n'.repeat(9_000)}{}]`, 'text/plain'],
  ['big', '{"n":1}\n'.repeat(20_000), 'application/x-ndjson'],
  ['longer than a chunk', `{"text": "${'x'.repeat(3 * 1024 * 1024)}"}`, 'application/json'],
  // Tables
  ['x', 'a,b,c\n1,2,3\n4,"5,\n5",6\n', 'text/csv'],
  ['x', 'a;b\n1;2\n3;4\n', 'text/csv'],
  ['x', 'a\tb\n1\t2\n3\t4\n', 'text/tab-separated-values'],
  ['x.csv', 'name\nada\n', 'text/csv'],
  ['x.tsv', 'name\tyear\n', 'text/tab-separated-values'],
  ['x.txt', 'a,b,c\n1,2,3\n4,5,6\n', 'text/plain'],
  ['x', 'call(a,\nb,\nc,\nd)\n', 'text/plain'],
  // Markup
  ['x', '<!-- hi -->\n<!DOCTYPE html>\n<p>x', 'text/html'],
  ['x', '<html lang="en"><body></body></html>', 'text/html'],
  ['x', '<div class="a">text</div>\n', 'text/html'],
  ['x.html', 'Only <b>bold</b> here', 'text/html'],
  ['x.html', 'no tags here', 'text/plain'],
  ['README.md', '<h1 align="center">Project</h1>\n\nText.\n', 'text/markdown'],
  ['x', '<?xml version="1.0"?>\n<note/>', 'application/xml'],
  ['x', '<note><to>you</to></note>\n', 'application/xml'],
  ['x.xml', '<note>', 'application/xml'],
  ['x', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
  ['x', '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "a" "b" [<!ENTITY c "d">]><svg></svg>', 'image/svg+xml'],
  ['x', '<?xml version="1.0"?><rss version="2.0"></rss>', 'application/rss+xml'],
  ['x', '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"/>', 'application/atom+xml'],
  ['x', '<?xml version="1.0"?><!DOCTYPE html><html xmlns="a"></html>', 'application/xhtml+xml'],
  ['x', '< 3 and > 2', 'text/plain'],
  // Other formats
  ['README.md', 'just words\n', 'text/markdown'],
  ['README', '# Title\n\n```sh\nls\n```\n', 'text/markdown'],
  ['run', '# a comment\nls\n', 'text/plain'],
  ['run', '#!/bin/sh\nls\n', 'text/x-shellscript'],
  ['run.py', '#!/usr/bin/env bash\nls\n', 'text/x-shellscript'],
  ['run', '#!/usr/bin/env python3\n', 'text/x-python'],
  ['run', '#!/usr/bin/env -S node\n', 'text/javascript'],
  ['compose.yaml', 'services:\n  web: {}\n', 'application/yaml'],
  ['x', '---\na: 1\nb:\n  - c\n', 'application/yaml'],
  ['post.md', '---\ntitle: x\n---\nText.\n', 'text/markdown'],
  ['x', '---\nnot: yaml\n---\nmore prose than keys\n', 'text/plain'],
  ['main.ts', 'export const a = 1;\n', 'text/x-typescript'],
  ['style.css', 'p { color: red }\n', 'text/css'],
  ['x', '{\\rtf1\\ansi text}', 'application/rtf'],
  ['x', '%!PS-Adobe-3.0\nshowpage\n', 'application/postscript'],
  ['x', 'BEGIN:VCARD\r\nFN:Ada\r\nEND:VCARD\r\n', 'text/vcard'],
  ['x', '\ufeff{"with": "a byte order mark"}', 'application/json'],
];

test('texts by content, the extension as a tie-break', async () => {
  for (const [filename, content, mime] of texts)
    assert.equal(await typeOf(filename, content), mime, `${filename}: ${content.slice(0, 80)}`);
});

test('UTF-16 and 8-bit texts are sniffed like any other', async () => {
  assert.equal(await typeOf('x', Buffer.from('\ufeff{"a": "é"}', 'utf16le')), 'application/json');
  assert.equal(
    await typeOf('x', Buffer.from('\ufeff<?xml version="1.0"?><a/>', 'utf16le').swap16()),
    'application/xml',
  );
  assert.equal(await typeOf('x.csv', Buffer.from('ort,preis\nkäln,1\n', 'latin1')), 'text/csv');
});

test('binary files', async () => {
  assert.equal(await typeOf('x', Buffer.from([0, 1, 2, 3])), 'application/octet-stream');
  assert.equal(await typeOf('x.txt', gzipSync('a')), 'application/gzip');
  assert.equal(await typeOf('x', Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(20)])), 'image/gif');
  assert.equal(await typeOf('x', `GIF or not: ${'this is a log\n'.repeat(9_000)}\0`), 'text/plain');
  assert.equal(await typeOf('x', '%PDF-1.4\nall of it ASCII'), 'application/pdf');
  const word = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(504)]);
  assert.equal(await typeOf('old.doc', word), 'application/msword');
  assert.equal(await typeOf('old', word), 'application/x-cfb');
  // Damaged containers are still files.
  assert.equal(
    await typeOf('x.zip', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(9, 0xff)])),
    'application/zip',
  );
});

test('an office document larger than the head is found by what it contains', async () => {
  const types =
    '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>';
  // Hashes, because they cannot be compressed.
  const picture = Buffer.concat(Array.from({ length: 3_000 }, (_, index) => hash('sha256', `${index}`, 'buffer')));
  const content = zip([
    ['media/picture.bin', picture],
    ['[Content_Types].xml', Buffer.from(types)],
  ]);
  const expected = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  assert.equal(await typeOf('report', content), expected);
  assert.equal(await typeOfRange(content, content.length), expected);
  // The bytes that decide the type are behind this range, and are not read.
  const cut = 80_000;
  assert.equal(await typeOf('report', content.subarray(0, cut)), 'application/zip');
  assert.equal(await typeOfRange(content, cut), 'application/zip');
});

/** A blob of the first bytes of `content`, with more content before and behind them in the same file. */
async function typeOfRange(content: Buffer, length: number): Promise<string> {
  const path = join(folder, 'segment');
  const offset = 4_099;
  await writeFile(path, Buffer.concat([Buffer.alloc(offset, 'GIF89a\0'), content, Buffer.alloc(100_000)]));
  const file = { path, filename: 'report', size: length, range: { offset, length } };
  return (await analyzeFile(file, analyzers)).mime_type;
}

async function typeOf(filename: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, basename(filename));
  await writeFile(path, content);
  return (await analyzeFile({ path, filename, size: content.length }, analyzers)).mime_type;
}

/** A ZIP archive (APPNOTE.TXT 4.3) of deflated entries. */
function zip(entries: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of entries) {
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const entry = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, rest, Buffer.from(name)]));
    local.push(entry);
    offset += entry.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
