import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DataDir } from './data-dir.ts';

async function temporary(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'fm-dir-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test('a data folder is held by one at a time, and the second is told by whom', async () => {
  await using folder = await temporary();
  const path = join(folder.path, 'data');
  const first = await DataDir.open(path);
  await assert.rejects(DataDir.open(path), { exitCode: 2, message: new RegExp(`in use .*pid ${process.pid}`) });
  await first[Symbol.asyncDispose]();
  await using again = await DataDir.open(path);
  assert.equal(again.path, path);
});

test('the lock of a killed process is free at once', async () => {
  await using folder = await temporary();
  const script = `import { DataDir } from ${JSON.stringify(new URL('./data-dir.ts', import.meta.url).href)};
    globalThis.held = await DataDir.open(process.argv[1]);
    process.send('held');
    setInterval(() => {}, 1_000);`;
  const holder = spawn(process.execPath, ['--input-type=module-typescript', '-e', script, folder.path], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(holder, 'message');
  await assert.rejects(DataDir.open(folder.path), { exitCode: 2, message: new RegExp(`pid ${holder.pid}`) });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await using taken = await DataDir.open(folder.path);
  assert.equal(taken.path, folder.path);
});

test('sockets live in a short folder of their own, and the one of an earlier run goes', async () => {
  await using folder = await temporary();
  const deep = join(folder.path, 'long'.repeat(30));
  await using data = await DataDir.open(deep);
  const first = await data.makeSocketFolder();
  assert.ok(Buffer.byteLength(join(first, 'worker-64-ops.sock')) <= 107);
  assert.equal((await stat(first)).mode & 0o777, 0o700);
  const second = await data.makeSocketFolder();
  await assert.rejects(access(first), { code: 'ENOENT' });
  await access(second);
});

test('a falsified note of the socket folder removes nothing', async () => {
  await using folder = await temporary();
  await using victim = await temporary();
  await using data = await DataDir.open(join(folder.path, 'data'));
  await writeFile(data.within('sockets'), `${victim.path}\n`);
  await data.makeSocketFolder();
  await access(victim.path);
});
