import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { objectPath } from '#adapters/volume/objects/layout.ts';
import { filemill } from '../support/cli.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';

const program = fileURLToPath(new URL('../../bin/filemill.js', import.meta.url));
const unknownId = '019aaf00-0000-7000-8000-000000000000';

describe('filemill download', () => {
  let system: Cluster;
  let folders = 0;
  before(async () => {
    system = await startCluster({ services: ['metadata', 'result', 'upload'] });
  });
  after(() => system[Symbol.asyncDispose]());

  const run = (...args: readonly string[]) => filemill(args, { server: system.target('upload') });
  const newFolder = async () => {
    const folder = join(system.folder, `to-${folders++}`);
    await mkdir(folder);
    return folder;
  };
  const upload = async (name: string, content: string | Buffer) => {
    const path = join(await newFolder(), name);
    await writeFile(path, content);
    const { lines, stderr } = await run('upload', path, '--json');
    const [line] = lines<{ id: string }>();
    assert.ok(line, stderr);
    return line.id;
  };
  const inStore = async (id: string) => {
    const [row] = await system.query<{ storage_key: string }>('select storage_key from files where id = $1', [id]);
    return objectPath(system.storageDir, row?.storage_key ?? '');
  };

  it('saves files under their names, and says where', async () => {
    const contents = new Map([
      ['\u6587\u5b57 "a".bin', randomBytes(2_000_000)],
      ['small.txt', Buffer.from('small')],
      ['empty', Buffer.alloc(0)],
      ['-rf', Buffer.from('no option')],
    ]);
    const ids: string[] = [];
    for (const [name, content] of contents) ids.push(await upload(name, content));
    const folder = join(await newFolder(), 'new');
    const { code, stderr, lines } = await run('download', ...ids, '--to', folder, '--json');
    assert.equal(code, 0, stderr);
    const expected = [...contents].map(([name, content], n) => {
      const sha256 = createHash('sha256').update(content).digest('hex');
      return { id: ids[n], path: join(folder, name), size: content.length, sha256 };
    });
    assert.deepEqual(lines(), expected);
    assert.deepEqual((await readdir(folder)).sort(), [...contents.keys()].sort());
    for (const [name, content] of contents) assert.deepEqual(await readFile(join(folder, name)), content);
  });

  it('saves one file under another name, into a folder, or to stdout', async () => {
    const id = await upload('one.txt', 'one file');
    const folder = await newFolder();
    for (const [to, path] of [
      [join(folder, 'other.txt'), join(folder, 'other.txt')],
      [folder, join(folder, 'one.txt')],
      [`${folder}/deep/er/`, join(folder, 'deep/er/one.txt')],
    ] as const) {
      const { code, stderr } = await run('download', id, '--to', to);
      assert.equal(code, 0, stderr);
      assert.equal(await readFile(path, 'utf8'), 'one file');
    }
    const { code, stdout } = await run('download', id, '--to', '-', '--json');
    assert.deepEqual([code, stdout], [0, 'one file']);
    assert.equal((await run('download', id, unknownId, '--to', '-')).code, 2);
  });

  it('replaces nothing without --force, and with it not what it has just saved', async () => {
    const [id, other] = [await upload('same.txt', 'new'), await upload('same.txt', 'newer')];
    const folder = await newFolder();
    const path = join(folder, 'same.txt');
    const precious = join(folder, 'precious.txt');
    await writeFile(precious, 'precious');
    await symlink(precious, path);
    const refused = await run('download', id, '--to', folder);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /same\.txt exists\.\n {2}→ Give --force/);
    const forced = await run('download', id, other, '--to', folder, '--force');
    assert.equal(forced.code, 3);
    assert.equal(await readFile(path, 'utf8'), 'new');
    assert.equal(await readFile(precious, 'utf8'), 'precious');
    assert.deepEqual((await readdir(folder)).sort(), ['precious.txt', 'same.txt']);
  });

  it('goes on where an earlier run stopped, and begins again when that was something else', async () => {
    const content = randomBytes(3_000_000);
    const id = await upload('resumed.bin', content);
    const folder = await newFolder();
    const victim = join(folder, 'victim');
    for (const part of [
      content.subarray(0, 1_000_000),
      content,
      Buffer.alloc(2_000_000),
      Buffer.alloc(4_000_000),
      undefined,
    ]) {
      const partPath = join(folder, `.filemill-${id}.part`);
      if (part !== undefined) await writeFile(partPath, part);
      else {
        await writeFile(victim, 'victim');
        await symlink(victim, partPath);
      }
      const { code, stderr } = await run('download', id, '--to', folder, '--force');
      assert.equal(code, 0, stderr);
      assert.deepEqual(await readFile(join(folder, 'resumed.bin')), content);
    }
    assert.equal(await readFile(victim, 'utf8'), 'victim');
    assert.deepEqual((await readdir(folder)).sort(), ['resumed.bin', 'victim']);
  });

  it('goes on when the server comes back', async () => {
    const content = 'all the words '.repeat(2_000_000);
    const id = await upload('cut.txt', content);
    const env = { PATH: process.env.PATH, FILEMILL_SERVER: system.target('upload') };
    const child = spawn(process.execPath, [program, 'download', id, '--to', '-'], { env });
    let stderr = '';
    child.stderr.on('data', (said) => {
      stderr += said;
    });
    const exited = once(child, 'close');
    await once(child.stdout, 'readable');
    await system.stop('upload', 'SIGKILL');
    await system.start('upload');
    let received = '';
    for await (const chunk of child.stdout) received += chunk;
    assert.equal((await exited)[0], 0, stderr);
    assert.ok(received === content, `${received.length} of ${content.length} bytes`);
  });

  it('never leaves the folder, whatever the server calls a file', async () => {
    const folder = await newFolder();
    for (const name of ['../escaped', '/tmp/escaped', '..', 'a\nb', '']) {
      const id = await upload('named.txt', 'named');
      await system.query('update files set filename = $2 where id = $1', [id, name]);
      const { code, stderr } = await run('download', id, '--to', folder);
      assert.equal(code, 3, name);
      assert.match(stderr, /not allowed/);
    }
    assert.deepEqual(await readdir(folder), []);
  });

  it('gives no damaged file its name', async () => {
    const id = await upload('damaged.bin', randomBytes(1_000_000));
    await using file = await open(await inStore(id), 'r+');
    await file.write('damage', 500_000);
    const folder = await newFolder();
    const { code, stderr } = await run('download', id, '--to', folder);
    assert.equal(code, 3);
    assert.match(stderr, /not the bytes that were kept/);
    assert.deepEqual(await readdir(folder), []);
  });

  it('says which ids have no file, and saves the others', async () => {
    const id = await upload('there.txt', 'there');
    const folder = await newFolder();
    const { code, stderr } = await run('download', unknownId, id, 'nonsense', '--to', folder);
    assert.equal(code, 4);
    assert.match(stderr, new RegExp(`${unknownId}[^]*nonsense`));
    assert.deepEqual(await readdir(folder), ['there.txt']);
  });
});
