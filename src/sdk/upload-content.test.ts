import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FilemillError, Reason } from '#domain/errors.ts';
import { never } from '#platform/abort.ts';
import { openContent } from './stream-content.ts';
import { FileContent, readWhole } from './upload-content.ts';
import { findUploads } from './upload-paths.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fm-'));
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

const because = (reason: Reason) => (error: FilemillError) => error.reason === reason;

describe('the content of an upload', () => {
  it('is read from the start as often as it is asked for', async () => {
    const bytes = randomBytes(2_000_000);
    await using content = await FileContent.open(await file('twice', bytes));
    const expected = createHash('sha256').update(bytes).digest('hex');
    for (let turn = 0; turn < 2; turn++) {
      const hash = createHash('sha256');
      for await (const chunk of content.chunks()) hash.update(chunk);
      assert.equal(hash.digest('hex'), expected);
    }
  });

  it('keeps the chunks that may still wait in a queue of a stream', async () => {
    const bytes = randomBytes(40 * 256 * 1024);
    await using content = await FileContent.open(await file('queue', bytes));
    const queue: { chunk: Uint8Array; from: number }[] = [];
    let position = 0;
    for await (const chunk of content.chunks()) {
      queue.push({ chunk, from: position });
      position += chunk.length;
      if (queue.length > 17) queue.shift();
      for (const { chunk: kept, from } of queue)
        assert.ok(bytes.subarray(from, from + kept.length).equals(kept), 'a queued chunk was overwritten');
    }
  });

  it('has no chunks when the file is empty', async () => {
    await using content = await FileContent.open(await file('empty', ''));
    assert.deepEqual(await Array.fromAsync(content.chunks()), []);
  });

  it('refuses a file that grew, shrank or was written to on the way', async () => {
    const changes: [Reason, (path: string) => Promise<void>][] = [
      ['SIZE_MISMATCH', (path) => appendFile(path, 'more')],
      ['SIZE_MISMATCH', (path) => writeFile(path, 'less')],
      ['CHECKSUM_MISMATCH', (path) => utimes(path, new Date(0), new Date(0))],
    ];
    for (const [reason, change] of changes) {
      const path = await file('changing', 'as it was at first');
      await using content = await FileContent.open(path);
      await change(path);
      await assert.rejects(Array.fromAsync(content.chunks()), because(reason));
    }
  });

  it('is read to its end where a file says another size than it has, as those of /proc and of sysfs do', async () => {
    for (const path of ['/proc/version', '/proc/kallsyms', '/sys/kernel/mm/transparent_hugepage/enabled']) {
      await using content = await openContent(path, never);
      const whole = Buffer.concat(await Array.fromAsync(content.chunks()));
      const expected = await readFile(path);
      assert.ok(whole.length > 0);
      if (content.size === undefined) assert.ok(expected.subarray(0, whole.length).equals(whole), path);
      else assert.deepEqual([content.size, whole], [expected.length, expected], path);
      const small = readWhole(path, 256 * 1024);
      if ((await stat(path)).size === 0) assert.equal(small, undefined, path);
      else assert.deepEqual(small, expected, path);
    }
  });

  it('is not there for folders and for what does not exist', async () => {
    await assert.rejects(FileContent.open(folder), because('NOT_A_FILE'));
    await assert.rejects(FileContent.open(join(folder, 'absent')), because('FILE_UNREADABLE'));
  });
});

describe('finding what to upload', () => {
  it('follows a link that is named itself, and none inside a folder', async () => {
    const target = await file('target.txt', 'x');
    const inside = await mkdtemp(join(folder, 'links-'));
    await symlink(target, join(inside, 'to-file'));
    await symlink(inside, join(inside, 'to-itself'));
    await writeFile(join(inside, 'own.txt'), 'y');
    const links: string[] = [];
    const found = await Array.fromAsync(
      findUploads([inside, join(inside, 'to-file')], { onLink: (path) => links.push(path) }),
    );
    assert.deepEqual(
      found.map(({ filename, path }) => [filename, path]),
      [
        ['own.txt', 'own.txt'],
        ['to-file', ''],
      ],
    );
    assert.deepEqual(links, ['to-file', 'to-itself']);
  });

  it('finds all of a large folder, and sorts 10,000 at a time', async () => {
    const inside = await mkdtemp(join(folder, 'large-'));
    const names = Array.from({ length: 10_050 }, (_, n) => `${n}`);
    for (const name of names) writeFileSync(join(inside, name), '');
    const found = (await Array.fromAsync(findUploads([inside]))).map(({ filename }) => filename);
    const sorted = (some: readonly string[]) => some.toSorted((one, other) => (one < other ? -1 : 1));
    assert.deepEqual(sorted(found), sorted(names));
    assert.deepEqual(found.slice(0, 10_000), sorted(found.slice(0, 10_000)));
  });

  it('gives names in NFC, and refuses those that are no UTF-8', async () => {
    const inside = await mkdtemp(join(folder, 'names-'));
    await writeFile(join(inside, 'e\u0301.txt'), '');
    await writeFile(Buffer.concat([Buffer.from(`${inside}/x`), Buffer.from([0xff])]), '');
    const [composed, broken] = await Array.fromAsync(findUploads([inside]));
    assert.equal(composed?.filename, '\u00e9.txt');
    await assert.rejects(async () => broken?.open(never), because('NAME_INVALID'));
  });
});
