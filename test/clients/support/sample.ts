import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileSnippets } from '../../../dashboard/src/file-snippets.ts';
import { type ClientSystem, root } from './client-system.ts';

/** The example of every client prints the same line. */
export async function assertPrintsTheSample(example: (path: string) => Promise<string>): Promise<void> {
  const path = join(root, 'testdata', 'sample.txt');
  const content = await readFile(path);
  const words = content
    .toString()
    .split(/\s+/)
    .filter((word) => word !== '').length;
  const sha256 = createHash('sha256').update(content).digest('hex');
  assert.equal(await example(path), `${path} text/plain ${words} ${sha256}\n`);
}

/** The code that the page of a file shows finds the file. */
export async function assertSnippetFindsFile(
  { base, token }: ClientSystem,
  language: keyof typeof fileSnippets,
  runCode: (code: string) => Promise<string>,
): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` };
  const kept = await fetch(`${base}/files/of-a-snippet.txt`, { method: 'PUT', headers, body: `words for ${language}` });
  const { id } = (await kept.json()) as { id: string };
  while ((await fetch(`${base}/api/v1/files/${id}/result`, { headers })).status !== 200) await setTimeout(100);
  const sha256 = createHash('sha256').update(`words for ${language}`).digest('hex');
  assert.ok((await runCode(fileSnippets[language]({ id, url: base }))).includes(sha256));
}
