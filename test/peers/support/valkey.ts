import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolsFolder } from './tools.ts';

/** Releases of Debian newer than this machine's may be, and the version of Valkey that each has. */
const releases = { 8: 'trixie', 9: 'sid' } as const;

export type ValkeyVersion = keyof typeof releases;
export const valkeyVersions = [8, 9] as const;

/** What the program is linked with. */
const libraries = [
  ...['libc6', 'libatomic1', 'libjemalloc2', 'liblzf1', 'libssl3t64', 'libsystemd0', 'libcap2', 'libstdc++6'],
  ...['libgcc-s1', 'libzstd1', 'zlib1g'],
];

/** The server's program of this version. */
export function valkeyServer(version: ValkeyVersion): string {
  return join(toolsFolder, `valkey-${version}`, 'valkey-server');
}

/**
 * Unpacks Valkey with the C library of its own release of Debian, beside that of this machine: nothing is installed, and no
 * package of this machine changes.
 */
export function installValkey(version: ValkeyVersion): void {
  if (existsSync(valkeyServer(version))) return;
  const folder = join(toolsFolder, `valkey-${version}.new`);
  rmSync(folder, { recursive: true, force: true });
  const downloads = join(folder, 'downloads');
  const root = join(folder, 'root');
  for (const path of [downloads, root]) mkdirSync(path, { recursive: true });
  download(['valkey-server', 'valkey-tools', ...libraries], { release: releases[version], folder, into: downloads });
  for (const name of readdirSync(downloads)) execFileSync('dpkg-deb', ['-x', join(downloads, name), root]);
  rmSync(downloads, { recursive: true });
  const [loader = ''] = globSync('usr/lib/*/ld-linux-*.so.*', { cwd: root });
  const [libc = ''] = globSync('usr/lib/*/libc.so.6', { cwd: root });
  const script = [
    '#!/bin/sh',
    'root=$(dirname "$0")/root',
    `exec "$root/${loader}" --library-path "$root/${join(libc, '..')}" "$root/usr/bin/valkey-server" "$@"`,
  ];
  writeFileSync(join(folder, 'valkey-server'), `${script.join('\n')}\n`);
  chmodSync(join(folder, 'valkey-server'), 0o755);
  renameSync(folder, join(toolsFolder, `valkey-${version}`));
}

interface Download {
  readonly release: string;
  /** Holds what apt knows of that release, apart from what it knows of this machine. */
  readonly folder: string;
  readonly into: string;
}

function download(packages: readonly string[], { release, folder, into }: Download): void {
  const state = join(folder, 'apt');
  for (const path of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(state, path), { recursive: true });
  const sources = join(state, 'sources.list');
  writeFileSync(sources, `deb http://deb.debian.org/debian ${release} main\n`);
  writeFileSync(join(state, 'status'), '');
  const options = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    // The keys of newer releases are in Debian's keyring, which apt does not trust as a whole.
    'Dir::Etc::trustedparts': '/usr/share/keyrings',
    'Dir::State': state,
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': join(state, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
  };
  const given = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = (...args: string[]) =>
    execFileSync('apt-get', [...given, '-qq', ...args], { cwd: into, stdio: ['ignore', 'ignore', 'inherit'] });
  apt('update');
  apt('download', ...packages);
  rmSync(state, { recursive: true });
}
