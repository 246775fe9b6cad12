import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { never } from '#platform/abort.ts';
import { LiveProcesses } from './child.ts';
import { ChildRegister } from './child-register.ts';
import { findProcess, signalProcess } from './process-table.ts';
import { startService } from './service-child.ts';
import { serviceNodeOptions } from './service-runtime.ts';

/** Remembers for the test what it was told of. */
class ObservedRegister extends ChildRegister {
  pid = 0;

  override async add(name: string, pid: number | undefined): Promise<void> {
    this.pid = pid ?? 0;
    await super.add(name, pid);
  }
}

test('a service that cannot be recorded, for want of disk space, does not stay behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fm-service-'));
  await symlink('/dev/full', join(folder, 'children.json.new'));
  const register = new ObservedRegister(join(folder, 'children.json'));
  const socket = (name: string) => `unix:${join(folder, name)}`;
  const env = { FILEMILL_HTTP_LISTEN: socket('http'), FILEMILL_OPS_LISTEN: socket('ops') };
  const surroundings = {
    env: process.env,
    register,
    processes: new LiveProcesses(),
    logPath: (name: string) => join(folder, name),
    show: () => {},
  };
  try {
    const start = startService({ service: 'web', name: 'web', env }, surroundings, never);
    await assert.rejects(start, { code: 'ENOSPC' });
    assert.notEqual(register.pid, 0);
    assert.equal(await findProcess(register.pid), undefined);
  } finally {
    signalProcess(register.pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});

test('a service runs with what Node is to be told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fm-service-'));
  const socket = (name: string) => `unix:${join(folder, name)}`;
  const env = { FILEMILL_HTTP_LISTEN: socket('http'), FILEMILL_OPS_LISTEN: socket('ops') };
  const surroundings = {
    env: process.env,
    register: new ChildRegister(join(folder, 'children.json')),
    processes: new LiveProcesses(),
    logPath: (name: string) => join(folder, name),
    show: () => {},
  };
  const service = await startService({ service: 'web', name: 'web', env }, surroundings, never);
  try {
    const words = (await readFile(`/proc/${service.pid}/cmdline`, 'utf8')).split('\0');
    assert.deepEqual(words.slice(1, 1 + serviceNodeOptions.length), serviceNodeOptions);
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
