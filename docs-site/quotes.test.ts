import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';

const docs = join(import.meta.dirname, '..', 'docs');

/** A link to a file, the end of its sentence, and what stands there. */
const quote = /\]\((?<path>[^)]+)\)[^\n]*:\n\n```\w+\n(?<code>.*?)```/gs;

it('docs/clients.md quotes its examples as they are', async () => {
  const page = await readFile(join(docs, 'clients.md'), 'utf8');
  const quoted = [...page.matchAll(quote)].map(({ groups: { path = '', code = '' } = {} }) => ({ path, code }));
  assert.deepEqual(
    quoted.map(({ path }) => path),
    ['typescript/examples/upload.js', 'python/examples/upload.py', 'go/examples/upload/main.go'].map(
      (path) => `../clients/${path}`,
    ),
  );
  for (const { path, code } of quoted) assert.equal(code, await readFile(join(docs, path), 'utf8'), path);
});
