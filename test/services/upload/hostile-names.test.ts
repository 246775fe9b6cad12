import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, before, it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { chunkOf, filesBelow, metadataOf, queryRows, startUploadStack, streamOf } from '../../support/upload-stack.ts';

let backends: Cluster;
before(async () => {
  backends = await startCluster();
});
after(() => backends[Symbol.asyncDispose]());

const refused = [
  '',
  '.',
  '..',
  '/',
  '\\',
  '../escaped',
  '../../escaped',
  '..\\escaped',
  '/etc/passwd',
  'C:\\escaped',
  'a/b',
  './escaped',
  'nul\0byte',
  '\0',
  'line\nbreak',
  'carriage\rreturn',
  'tab\tbed',
  'esc\u001b[31mred',
  'del\u007f',
  'c1\u009bcontrol',
  'rtl\u202egpj.exe',
  'isolate\u2066x\u2069',
  'mark\u200ehidden',
  'letter\u061cmark',
  'x'.repeat(256),
  'ש'.repeat(128),
  'x'.repeat(10_240),
];

const kept = [
  'שלום.txt',
  'a..b',
  'trailing...',
  '...',
  ' ',
  '-rf',
  '--help',
  '~',
  '$HOME',
  '$(touch escaped)',
  '`touch escaped`',
  "'; drop table files; --",
  '%2e%2e%2fescaped',
  '*',
  '?',
  'con',
  'NUL',
  'staging',
  'objects',
  '日本語',
  '😀',
  'x'.repeat(255),
];

it('keeps names as data, refuses the rest, and uses neither as a path', async () => {
  await using stack = await startUploadStack(backends);
  const upload = (filename: string, path = '') =>
    stack.uploads.uploadFile(streamOf(metadataOf({ filename, path }), chunkOf('x')));
  const rootBefore = await readdir(stack.root);
  const shardsBefore = await readdir(`${stack.root}/objects`);
  const besideBefore = (await readdir(dirname(stack.root))).filter((name) => name.includes('escaped'));

  for (const name of refused) await assert.rejects(upload(name), invalidName, JSON.stringify(name));
  for (const name of refused.filter((name) => name !== ''))
    if (!isPathOfGoodNames(name)) await assert.rejects(upload('good', name), invalidName, JSON.stringify(name));
  assert.deepEqual(await filesBelow(stack.root), []);

  const answers = await Promise.all(kept.map((name) => upload(name, `${name}/${name}`)));
  const rows = await queryRows(backends.databaseUrl, 'select id, filename, path, storage_key from files');
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const [n, { id }] of answers.entries()) {
    const name = (kept[n] as string).normalize('NFC');
    assert.equal(byId.get(id)?.filename, name);
    assert.equal(byId.get(id)?.path, `${name}/${name}`);
  }
  const objects = rows.map(({ storage_key: key }) => `objects/${String(key).slice(-2)}/${key}`);
  assert.deepEqual(await filesBelow(stack.root), objects.sort());
  assert.deepEqual(await readdir(stack.root), rootBefore);
  assert.deepEqual(await readdir(`${stack.root}/objects`), shardsBefore);
  assert.deepEqual(
    (await readdir(dirname(stack.root))).filter((name) => name.includes('escaped')),
    besideBefore,
  );
});

it('keeps a name in the form NFC, whatever form it came in', async () => {
  await using stack = await startUploadStack(backends);
  const { id } = await stack.uploads.uploadFile(streamOf(metadataOf({ filename: 'cafe\u0301' })));
  const [row] = await queryRows(backends.databaseUrl, 'select filename from files where id = $1', [id]);
  assert.equal(row?.filename, 'caf\u00e9');
});

function invalidName(error: unknown): boolean {
  return error instanceof FilemillError && error.reason === 'NAME_INVALID';
}

/** A relative path may hold slashes. */
function isPathOfGoodNames(name: string): boolean {
  return name === 'a/b';
}
