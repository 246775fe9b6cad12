import assert from 'node:assert/strict';
import { test } from 'node:test';
import { never } from '#platform/abort.ts';
import { endOf, spawnDetached, stopChild } from './child.ts';
import { Keeper, type Running } from './keeper.ts';
import { findProcess } from './process-table.ts';

async function startSleep(): Promise<Running> {
  const child = await spawnDetached(['sleep', '600'], { stdio: 'ignore' });
  return {
    pid: child.pid ?? 0,
    ended: endOf(child),
    stop: () => stopChild(child, { gentle: 'SIGTERM', harsh: 'SIGKILL', afterMs: 5_000 }),
  };
}

/** Says what it says to `lines`, and lets a test wait for a line. */
function listener() {
  const lines: string[] = [];
  const waiting: { pattern: RegExp; resolve: (line: string) => void }[] = [];
  return {
    lines,
    log(line: string): void {
      lines.push(line);
      for (const { pattern, resolve } of waiting) if (pattern.test(line)) resolve(line);
    },
    said(pattern: RegExp): Promise<string> {
      const { promise, resolve } = Promise.withResolvers<string>();
      waiting.push({ pattern, resolve });
      return promise;
    },
  };
}

test('a process that ends unasked is started again and said so in one line', async () => {
  const started: Running[] = [];
  const { log, said, lines } = listener();
  const open = async () => {
    const running = await startSleep();
    started.push(running);
    return running;
  };
  await using keeper = await Keeper.start('sleeper', open, { log, signal: never });
  const again = said(/^sleeper runs again/);
  process.kill(started[0]?.pid ?? 0, 'SIGKILL');
  await again;
  assert.match(lines[0] ?? '', /^sleeper \(pid \d+\) was ended by SIGKILL: restarting it$/);
  assert.equal(started.length, 2);
  await keeper[Symbol.asyncDispose]();
  assert.equal(await findProcess(started[1]?.pid ?? 0), undefined);
  assert.equal(started.length, 2);
});

test('a later start that fails is tried again', async () => {
  const { log, said, lines } = listener();
  const started: Running[] = [];
  let failures = 1;
  const open = async () => {
    if (started.length === 1 && failures-- > 0) throw new Error('port taken');
    started.push(await startSleep());
    return started.at(-1) as Running;
  };
  await using _ = await Keeper.start('sleeper', open, { log, signal: never });
  const again = said(/^sleeper runs again/);
  process.kill(started[0]?.pid ?? 0, 'SIGKILL');
  await again;
  assert.equal(lines[1], 'sleeper does not start: port taken');
});

test('a first start that fails is for the caller to know', async () => {
  const open = () => Promise.reject(new Error('port taken'));
  const options = { log: () => undefined, signal: never };
  await assert.rejects(Keeper.start('sleeper', open, options), /port taken/);
});

test('nothing is started again once the stop has come', async () => {
  const stop = new AbortController();
  const { log, lines } = listener();
  const started: Running[] = [];
  const open = async () => {
    started.push(await startSleep());
    return started.at(-1) as Running;
  };
  await using keeper = await Keeper.start('sleeper', open, { log, signal: stop.signal });
  stop.abort();
  process.kill(started[0]?.pid ?? 0, 'SIGKILL');
  await keeper[Symbol.asyncDispose]();
  assert.equal(started.length, 1);
  assert.deepEqual(lines, []);
});
