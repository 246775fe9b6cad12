import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { testFolder } from '../../support/start-services.ts';

/** A file system of its own, mounted while a test needs it. */
export interface Volume extends AsyncDisposable {
  readonly path: string;
}

/** Mounts a file system on `mountpoint`; what it needs beside that goes into `folder`. */
type Mount = (mountpoint: string, folder: string) => Promise<void>;

/** The volume needs root, as the mounting of a disk does. */
export async function mountVolume(mount: Mount): Promise<Volume> {
  await using opening = new AsyncDisposableStack();
  const { path: folder } = opening.use(await testFolder());
  const path = join(folder, 'mounted');
  await mkdir(path);
  await mount(path, folder);
  opening.defer(() => void run('umount', path));
  const resources = opening.move();
  return { path, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** As on USB disks: no hard links, no permissions, no journal. */
export const exfat: Mount = async (mountpoint, folder) => {
  const disk = await emptyDisk(folder, 512);
  run('mkfs.exfat', disk);
  const device = run('losetup', '--find', '--show', disk).trim();
  try {
    run('mount.exfat-fuse', device, mountpoint);
  } finally {
    // Once nobody uses it any more.
    run('losetup', '--detach', device);
  }
};

/** A driver that writes, in version 0.1a, somewhere else than it is told to. */
export const fat: Mount = async (mountpoint, folder) => {
  const disk = await emptyDisk(folder, 100);
  run('mkfs.vfat', '-F', '32', disk);
  run('fusefat', '-o', 'rw+', disk, mountpoint);
};

/** In memory. */
export function tmpfs(size: string): Mount {
  return async (mountpoint) => void run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', mountpoint);
}

export const readOnly: Mount = async (mountpoint) => void run('mount', '-t', 'tmpfs', '-o', 'ro', 'tmpfs', mountpoint);

/** A folder of another machine, without the other machine. */
export const sshfs: Mount = async (mountpoint, folder) => {
  const [remote, server] = [join(folder, 'remote'), join(folder, 'sftp')];
  await mkdir(remote);
  await writeFile(server, '#!/bin/sh\nexec /usr/lib/openssh/sftp-server\n');
  await chmod(server, 0o755);
  run('sshfs', '-o', `ssh_command=${server}`, `localhost:${remote}`, mountpoint);
};

/** Two disks as one. */
export const mergerfs: Mount = async (mountpoint, folder) => {
  const disks = ['one', 'two'].map((name) => join(folder, name));
  for (const disk of disks) await mkdir(disk);
  run('mergerfs', disks.join(':'), mountpoint);
};

/** One that is as it should be, but for these faults: see odd-volume.py. */
export function odd(...faults: readonly string[]): Mount {
  return async (mountpoint, folder) => {
    const under = join(folder, 'under');
    await mkdir(under);
    const script = fileURLToPath(new URL('odd-volume.py', import.meta.url));
    // It ends when it is unmounted.
    const child = spawn('/usr/bin/python3', [script, under, mountpoint, ...faults], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    const ended = once(child, 'exit').then(() => {
      throw new Error(`odd-volume.py ended:\n${said}`);
    });
    ended.catch(() => undefined);
    while (!(await isMounted(mountpoint))) await Promise.race([ended, delay(20)]);
  };
}

async function isMounted(path: string): Promise<boolean> {
  return (await readFile('/proc/self/mounts', 'utf8')).includes(` ${path} `);
}

async function emptyDisk(folder: string, megabytes: number): Promise<string> {
  const path = join(folder, 'disk');
  await writeFile(path, '');
  await truncate(path, megabytes * 1024 ** 2);
  return path;
}

function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}
