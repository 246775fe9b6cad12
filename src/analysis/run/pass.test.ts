import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { StreamAnalyzer } from '#domain/analysis.ts';
import { analyzers } from '../registry.ts';
import { analyzeFile } from './pass.ts';

const mebibyte = 1024 * 1024;
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filemill-pass-'));
});
after(() => rm(folder, { recursive: true }));

test('an empty file has 0 words and the SHA-256 of nothing', async () => {
  const { analyzers: versions, ...found } = await analyzeFile(await file('empty', ''), analyzers);
  assert.deepEqual(found, {
    schema: 3,
    mime_type: 'inode/x-empty',
    description: 'Empty file',
    detected_by: 'structure',
    confidence: 'certain',
    candidates: [],
    extension_mismatch: false,
    word_count: 0,
    word_count_of: 'text',
    line_count: 0,
    character_count: 0,
    charset: 'us-ascii',
    sha256: emptySha256,
    size: 0,
    findings: {},
  });
  assert.deepEqual(Object.keys(versions), ['text', 'mime', 'sha256', 'size', 'entropy']);
});

test('files around the edges of a chunk are read to the last byte', async () => {
  for (const size of [1, 65_535, 65_536, 65_537, mebibyte - 1, mebibyte, mebibyte + 1, 3 * mebibyte + 17]) {
    const content = Buffer.alloc(size, 'שמונה eight\n');
    const found = await analyzeFile(await file('edges.txt', content), analyzers);
    assert.equal(found.size, size);
    assert.equal(found.sha256, createHash('sha256').update(content).digest('hex'));
    assert.equal(found.line_count, content.toString('latin1').split('\n').length - 1);
  }
});

test('size is what was read, not what was recorded', async () => {
  const recorded = { ...(await file('short.txt', 'short')), size: 1_000 };
  assert.equal((await analyzeFile(recorded, analyzers)).size, 5);
});

test('a range of a file is analysed like a file of its own', async () => {
  const before = Buffer.alloc(70_001, '%PDF-\0');
  for (const size of [1, 4_096, 65_536, 65_537, mebibyte, mebibyte + 1, 2 * mebibyte]) {
    const content = Buffer.alloc(size, 'שמונה eight\n');
    const alone = await analyzeFile(await file('alone.txt', content), analyzers);
    const segment = await file('segment', Buffer.concat([before, content, before]));
    const range = { offset: before.length, length: size };
    assert.deepEqual(await analyzeFile({ ...segment, filename: 'alone.txt', range }, analyzers), alone, String(size));
  }
});

test('a range that ends beyond the end of the file ends with it', async () => {
  const short = await file('short.txt', 'one two three');
  const found = await analyzeFile({ ...short, range: { offset: 4, length: 100 } }, analyzers);
  assert.deepEqual([found.size, found.word_count], [9, 2]);
  for (const range of [
    { offset: 13, length: 1 },
    { offset: 100, length: 5 },
    { offset: 4, length: 0 },
  ])
    assert.equal((await analyzeFile({ ...short, range }, analyzers)).mime_type, 'inode/x-empty');
  const missing = { path: join(folder, 'missing'), filename: 'x', size: 1, range: { offset: 0, length: 1 } };
  await assert.rejects(analyzeFile(missing, analyzers), { code: 'ENOENT', path: missing.path });
});

test('every analyser sees each chunk once, in order, and the head before them', async () => {
  const content = Buffer.alloc(2 * mebibyte + 5, 'abcdefg');
  const seen: Buffer[] = [];
  const heads: Buffer[] = [];
  const witness: StreamAnalyzer = {
    name: 'witness',
    version: '1',
    needs: [],
    start: ({ head, whole }) => {
      heads.push(Buffer.from(head));
      assert.equal(whole, false);
      return { update: (chunk) => void seen.push(Buffer.from(chunk)), finish: () => ({}) };
    },
  };
  await analyzeFile(await file('witness', content), [...analyzers, witness]);
  assert.deepEqual(Buffer.concat(seen), content);
  assert.deepEqual(heads, [content.subarray(0, 65_536)]);
});

test('memory stays flat on a large file', async () => {
  const path = join(folder, 'sparse');
  await using handle = await open(path, 'w');
  await handle.truncate(256 * mebibyte);
  await analyzeFile({ path, filename: 'warm', size: 0 }, analyzers);
  const before = process.memoryUsage().rss;
  const found = await analyzeFile({ path, filename: 'sparse', size: 256 * mebibyte }, analyzers);
  assert.equal(found.size, 256 * mebibyte);
  assert.equal(found.mime_type, 'application/octet-stream');
  assert.equal(found.word_count, null);
  assert.ok(process.memoryUsage().rss - before < 32 * mebibyte);
});

test('two analysers cannot give the same field, and no field may be absent', async () => {
  const gives = (fields: Record<string, unknown>): StreamAnalyzer => ({
    name: 'extra',
    version: '1',
    needs: [],
    start: () => ({ update() {}, finish: () => fields }),
  });
  const subject = await file('fields.txt', 'x');
  await assert.rejects(analyzeFile(subject, [...analyzers, gives({ size: 1 })]), /"extra" repeats the field "size"/);
  await assert.rejects(analyzeFile(subject, [gives({ size: 1 })]), /No analyser found "mime_type"/);
});

test('docs/analysis.md shows the document of testdata/hello.txt', async () => {
  const fromRoot = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
  const page = await readFile(fromRoot('docs/analysis.md'), 'utf8');
  const shown = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '');
  const path = fromRoot('testdata/hello.txt');
  assert.deepEqual(await analyzeFile({ path, filename: 'hello.txt', size: 69 }, analyzers), shown);
});

async function file(filename: string, content: string | Uint8Array) {
  const path = join(folder, filename);
  await writeFile(path, content);
  return { path, filename, size: content.length };
}
