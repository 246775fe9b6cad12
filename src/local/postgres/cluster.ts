import { execFile } from 'node:child_process';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onAbort } from '#platform/abort.ts';
import { thisCommand } from '#platform/this-command.ts';
import { SetupError } from '../setup-error.ts';
import type { Credentials } from './postgres-credentials.ts';

const run = promisify(execFile);

/** The PostgreSQL that comes along. */
export const major = 18;

/** The cluster, one that replaces it once it is complete, and one that is being made. */
export const clusters = { current: 'data', complete: 'data.ready', fresh: 'data.new' } as const;

export interface ClusterOptions {
  /** The command with its prefix. */
  readonly initdb: readonly string[];
  readonly folder: string;
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
}

/**
 * Makes the cluster if there is none: aside, and renames it into place, so that a crash leaves no incomplete one.
 *
 * @returns whether it is new
 * @throws SetupError for one of another major version
 */
export async function openCluster(options: ClusterOptions): Promise<boolean> {
  const { folder } = options;
  const found = (await versionOf(folder)) ?? (await takeComplete(folder));
  if (found !== undefined) {
    requireThisMajor(join(folder, clusters.current), found);
    return false;
  }
  await initCluster(options);
  await rename(join(folder, clusters.fresh), join(folder, clusters.current));
  return true;
}

/** The major version of the cluster; undefined if there is none. */
export async function versionOf(folder: string, cluster: string = clusters.current): Promise<number | undefined> {
  const text = await readFile(join(folder, cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text);
}

/** `filemill migrate-data` was interrupted between its two renames: the first one took the old cluster away. */
async function takeComplete(folder: string): Promise<number | undefined> {
  const version = await versionOf(folder, clusters.complete);
  if (version !== undefined) await rename(join(folder, clusters.complete), join(folder, clusters.current));
  return version;
}

/** Makes a fresh cluster aside, in place of one that was left incomplete. */
export async function initCluster({ initdb, folder, credentials, signal }: ClusterOptions): Promise<void> {
  const fresh = join(folder, clusters.fresh);
  const passwordFile = join(folder, 'initdb-password');
  await rm(fresh, { recursive: true, force: true });
  await writeFile(passwordFile, credentials.postgresPassword, { mode: 0o600 });
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--lc-messages=C'];
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const [program = '', ...args] = [...initdb, '-D', fresh, '--data-checksums', ...locale, ...access];
  signal.throwIfAborted();
  const running = run(program, args, { cwd: folder });
  // The `signal` option of execFile would not wait for the process to end.
  using _ = onAbort(signal, () => running.child.kill('SIGTERM'));
  try {
    await running;
  } catch (error) {
    signal.throwIfAborted();
    throw new SetupError(`initdb failed in ${folder}: ${(error as { stderr?: string }).stderr}`, { cause: error });
  }
  await rm(passwordFile);
}

function requireThisMajor(cluster: string, version: number): void {
  if (version === major) return;
  const way = version < major ? `Run \`${thisCommand()} migrate-data\`, which carries it over, or use` : 'Use';
  throw new SetupError(`${cluster} was made by PostgreSQL ${version}; this is ${major}. ${way} another --data-dir.`);
}
