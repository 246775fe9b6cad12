import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FileWithResultJson } from '#contract/schemas.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, startCluster, workingServices } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { s3StoreUrl, testS3Client } from '../support/s3-client.ts';
import { type S3Kind, sharedS3Servers } from '../support/s3-server.ts';

const html = '<html><head><title>out</title></head><body><p>Seen by <b>readers</b></p></body></html>';

/** Files of every kind go through all services, with a bucket of this server in place of a volume. */
export function systemSuite(kind: S3Kind): void {
  describe(`Filemill with its files in a bucket of ${kind}`, () => {
    const access = sharedS3Servers()[kind];
    const prefix = `system-${crypto.randomUUID()}`;
    const settings = {
      FILEMILL_STORE: s3StoreUrl(access, prefix),
      FILEMILL_KEEP_TEXT: '1',
      AWS_ACCESS_KEY_ID: access.accessKey,
      AWS_SECRET_ACCESS_KEY: access.secretKey,
    };
    const contents: Readonly<Record<string, Buffer>> = {
      'empty.txt': Buffer.alloc(0),
      'small.txt': Buffer.from('a few words\n'),
      'page.html': Buffer.from(html),
      'single.bin': randomBytes(3 * 2 ** 20),
      'parts.txt': Buffer.from('some words\n'.repeat(2_000_000)),
      'resumable.bin': randomBytes(40 * 2 ** 20),
    };
    const files = new Map<string, FileWithResultJson>();
    const client = testS3Client(access, prefix);
    let system: Cluster;
    const run = (args: readonly string[]) => filemill(args, { server: system.target('upload') });
    const idOf = (name: string) => files.get(name)?.id ?? '';
    const keys = async (folder: string) =>
      (await Array.fromAsync(client.list(`${folder}/`))).flat().map(({ key }) => key);

    before(async () => {
      system = await startCluster({ services: workingServices, settings });
      for (const [name, bytes] of Object.entries(contents)) await writeFile(join(system.folder, name), bytes);
      const paths = Object.keys(contents).map((name) => join(system.folder, name));
      const { lines, stderr } = await run(['upload', ...paths, '--wait', '--json']);
      for (const line of lines<FileWithResultJson>()) files.set(line.filename, line);
      assert.equal(files.size, paths.length, stderr);
    });
    after(async () => {
      await system[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    });

    it('analyses files of every size', () => {
      for (const [name, bytes] of Object.entries(contents)) {
        const file = files.get(name);
        assert.equal(file?.status, 'COMPLETED', `${name}: ${JSON.stringify(file)}`);
        assert.equal(file?.result?.sha256, createHash('sha256').update(bytes).digest('hex'), name);
      }
      assert.equal(files.get('parts.txt')?.result?.word_count, 4_000_000);
    });

    it('reads documents in processes that may not connect', async () => {
      assert.equal((await run(['text', idOf('page.html')])).stdout.trim(), 'Seen by readers');
    });

    it('gives back the bytes', async () => {
      for (const name of ['small.txt', 'parts.txt', 'resumable.bin']) {
        const path = join(system.folder, `back-${name}`);
        const { code, stderr } = await run(['download', idOf(name), '--to', path]);
        assert.equal(code, 0, stderr);
        assert.ok((await readFile(path)).equals(contents[name] ?? Buffer.alloc(0)), name);
      }
    });

    it('keeps small files together, others apart, and nothing on a volume', async () => {
      const rows = await system.query<{ filename: string; storage_key: string }>(
        'select filename, storage_key from files',
      );
      const keyOf = new Map(rows.map(({ filename, storage_key }) => [filename, storage_key]));
      for (const name of ['small.txt', 'page.html']) assert.match(keyOf.get(name) ?? '', /^s3:[^/]+\/\d+\+/);
      for (const name of ['single.bin', 'parts.txt']) assert.match(keyOf.get(name) ?? '', /^s3:[0-9a-f_-]+$/);
      assert.deepEqual(
        (await readdir(system.folder)).filter((name) => name === 'storage'),
        [],
      );
    });

    it('is ready, and says that the store answers', async () => {
      assert.equal((await system.readyz('upload')).status, 200);
      assert.equal((await system.readyz('worker')).status, 200);
      await eventually('doctor says it too', async () => /✔ Object store/.test((await run(['doctor'])).stdout));
    });

    it('removes the bytes of deleted files', async () => {
      const { code, stderr } = await run(['delete', ...files.values().map(({ id }) => id), '--yes']);
      assert.equal(code, 0, stderr);
      await eventually('the objects are gone', async () => (await keys('objects')).length === 0);
      await eventually('the small files are marked as removed', async () => (await keys('dead')).length > 0);
    });
  });
}
