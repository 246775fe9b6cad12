import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Lock, LockedPackage, Manifest } from './manifest.ts';

const run = promisify(execFile);

/** What no program reads, and more than half of all bytes. Licences stay: a distributor has to pass them on. */
const unread = /(^\.[^/]*|\.map|\.[cm]?ts|\.flow|\.md|\.markdown)$/i;
/** Folders of a package for those that work on it. */
const forDevelopers = /^(tests?|__tests__|benchmarks?|examples?|docs?|fixtures?)$/;
const licence = /^(licen[cs]e|copying|notice)/i;

/**
 * Copies the packages that run into the package, as they are installed here and were tested, so that an installation needs no
 * other version of them and one download in place of two hundred. What is native comes for each machine that has Node and
 * PostgreSQL from npm: Linux with glibc, x64 and arm64.
 */
export async function bundlePackages(root: string, folder: string, lock: Lock, manifest: Manifest): Promise<void> {
  const apart = Object.keys(manifest.optionalDependencies ?? {}).map((name) => `node_modules/${name}`);
  const shipped = Object.entries(lock.packages).filter(
    ([path, { dev }]) => path.startsWith('node_modules/') && dev !== true && !apart.includes(path),
  );
  const [here, elsewhere] = [shipped.filter(([path]) => isThere(root, path)), shipped.filter(isMissing(root))];
  for (const [path] of here) await copyPackage(join(root, path), join(folder, path));
  const fetched = await fetchPackages(elsewhere.filter(([, one]) => isServed(one)));
  for (const { from, path } of fetched.packages) await copyPackage(from, join(folder, path));
  await fetched.remove();
}

type Entry = readonly [path: string, LockedPackage];

function isThere(root: string, path: string): boolean {
  return existsSync(join(root, path, 'package.json'));
}

/** A package for another platform. @throws Error for any other that is missing */
function isMissing(root: string): (entry: Entry) => boolean {
  return ([path, { optional }]) => {
    if (isThere(root, path)) return false;
    if (optional !== true) throw new Error(`${path} is not installed: run \`npm ci\`.`);
    return true;
  };
}

function isServed({ os, cpu, libc }: LockedPackage): boolean {
  const isGlibc = libc === undefined || libc.includes('glibc');
  return os?.includes('linux') === true && isGlibc && (cpu?.includes('x64') || cpu?.includes('arm64') || false);
}

async function copyPackage(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await cp(from, to, {
    recursive: true,
    filter: (path) => isRead(relative(from, path)),
  });
  const {
    engines: _engines,
    scripts: _scripts,
    ...rest
  } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8'));
  // npm compares `engines` with its own Node, which does not run them, and asks about scripts that nothing here needs.
  await writeFile(join(to, 'package.json'), `${JSON.stringify(rest, null, 2)}\n`);
}

/** Whether a program reads the file, or anything in the folder; of one package. */
function isRead(path: string): boolean {
  const [first = '', ...rest] = path.split('/');
  if ([first, ...rest].includes('node_modules') || forDevelopers.test(first)) return false;
  return licence.test(basename(path)) || !unread.test(basename(path));
}

/** Lets npm download and check packages, whatever processor they are for. */
async function fetchPackages(entries: readonly Entry[]) {
  const folder = await mkdtemp(join(tmpdir(), 'filemill-pack-'));
  const specs = entries.map(([path, { version }]) => `${nameOf(path)}@${version}`);
  const options = ['--force', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (specs.length > 0) await run('npm', ['install', '--prefix', folder, ...options, ...specs]);
  return {
    packages: entries.map(([path]) => ({ from: join(folder, 'node_modules', nameOf(path)), path })),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function nameOf(path: string): string {
  return path.replace(/^.*node_modules\//, '');
}
