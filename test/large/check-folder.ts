/** Uploads generated text files and compares what Filemill finds with the system's own tools: see README.md. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FileWithResultJson } from '#contract/schemas.ts';

const [files = 200, largestMegabytes = 200] = process.argv.slice(2).map((word) => Number.parseInt(word, 10));
const root = fileURLToPath(new URL('../..', import.meta.url));
const wordList = 'der die das mill stone שלום עולם мельница 水車 naïve l’été ½ — x 12,345 <tag/> {"a":1} 🙂 عجلة'.split(
  ' ',
);
const gaps = [' ', ' ', ' ', '\n', '\t', '  ', '\r\n', '\u3000'];

const folder = await mkdtemp(join(tmpdir(), 'filemill-large-'));
try {
  const paths = await makeFiles(folder);
  const startedAt = performance.now();
  const found = upload(folder);
  console.log(`${found.size} lines after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  const problems = paths.flatMap((path) => compare(path, found.get(path)));
  for (const problem of problems) console.error(`✖ ${problem}`);
  if (found.size !== paths.length) problems.push(`${found.size} lines for ${paths.length} files`);
  console.log(
    problems.length === 0
      ? `✔ ${paths.length} files agree in size, SHA-256 and words`
      : `${problems.length} differences`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

/** Sizes grow by a constant factor from 1 byte to the largest, after one empty file. */
async function makeFiles(into: string): Promise<string[]> {
  const text = makeText(8 * 1024 * 1024);
  const paths: string[] = [];
  let total = 0;
  for (let index = 0; index < files; index++) {
    const size = index === 0 ? 0 : Math.round((largestMegabytes * 1e6) ** ((index - 1) / (files - 2)));
    const path = `folder-${index % 7}/file-${String(index).padStart(3, '0')}.txt`;
    await mkdir(join(into, path, '..'), { recursive: true });
    await writeText(join(into, path), size, text);
    paths.push(path);
    total += size;
  }
  console.log(`${files} files, ${(total / 1e6).toFixed(0)} MB`);
  return paths;
}

function makeText(bytes: number): Buffer {
  const parts: string[] = [];
  for (let length = 0; length < bytes; ) {
    const part = pick(wordList) + pick(gaps);
    parts.push(part);
    length += Buffer.byteLength(part);
  }
  return Buffer.from(parts.join(''));
}

/** Writes exactly `size` bytes of valid UTF-8: pieces of the text from random places, then padding. */
async function writeText(path: string, size: number, text: Buffer): Promise<void> {
  await using file = await open(path, 'wx');
  for (let left = size; left > 0; ) {
    const from = wordStart(text, Math.floor(Math.random() * text.length));
    const until = wordStart(text, Math.min(text.length, from + left) - 4);
    const piece = until > from ? text.subarray(from, until) : Buffer.alloc(Math.min(left, 64), 'x');
    await file.writeFile(piece);
    left -= piece.length;
  }
}

/** The place after the last ASCII space at or before `index`; 0 when there is none. */
function wordStart(text: Buffer, index: number): number {
  return text.lastIndexOf(0x20, Math.max(0, index)) + 1;
}

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T;
}

function upload(path: string): Map<string, FileWithResultJson> {
  const { status, stdout } = spawnSync('npx', ['filemill', 'upload', path, '--wait', '--json'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) console.error(`filemill upload ended with ${status}`);
  const lines = stdout.split('\n').filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line) as FileWithResultJson).map((file) => [file.path, file]));
}

function compare(path: string, file: FileWithResultJson | undefined): string[] {
  if (file === undefined) return [`${path}: no line`];
  const local = join(folder, path);
  const expected = {
    size: Number(tool('stat', ['-c', '%s', local])),
    sha256: tool('sha256sum', [local]),
    words: Number(tool('wc', ['-w', local])),
  };
  const got = { size: file.result?.size, sha256: file.result?.sha256, words: file.result?.word_count };
  const differs = (key: keyof typeof expected) => got[key] !== expected[key];
  return (Object.keys(expected) as (keyof typeof expected)[])
    .filter(differs)
    .map((key) => `${path}: ${key} is ${expected[key]}, Filemill says ${got[key]} (${file.status})`);
}

function tool(name: string, args: readonly string[]): string {
  const output = execFileSync(name, args, { encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } });
  return output.trim().split(/\s/)[0] ?? '';
}
