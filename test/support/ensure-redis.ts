import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ensureDebianPackages } from '../../scripts/support/debian-packages.ts';

const servers = ['redis-server', 'valkey-server'];

/** The Redis (or Valkey) server on PATH; undefined when there is none. */
export function findRedisServer(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return servers.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** Installs Debian's redis-server when there is none and this user may; otherwise says what to run. */
export function ensureRedisServer(): void {
  if (findRedisServer() === undefined) ensureDebianPackages(['redis-server']);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
