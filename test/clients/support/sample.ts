import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './client-system.ts';

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
