import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const servers = ['redis-server', 'valkey-server'];

/** The Redis (or Valkey) server on PATH; undefined when there is none. */
export function findRedisServer(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return servers.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** Installs Debian's redis-server when there is none and this user may; otherwise says what to run. */
export async function ensureRedisServer(): Promise<void> {
  if (findRedisServer() !== undefined) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  console.error('redis-server is missing: installing it');
  try {
    for (const step of [
      ['apt-get', 'update', '-qq'],
      ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
    ]) {
      const [program = '', ...args] = [...sudo, ...step];
      execFileSync(program, args, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    }
  } catch (error) {
    throw new Error(
      'A Redis 7 server is needed: run `sudo apt-get install redis-server`, or put redis-server on PATH.',
      { cause: error },
    );
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
