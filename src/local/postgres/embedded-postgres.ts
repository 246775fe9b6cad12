import { type ChildProcess, execFile } from 'node:child_process';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { prepareDatabase } from '#adapters/postgres/database/prepare-database.ts';
import { never, onAbort, sleep } from '#platform/abort.ts';
import { endOf, hasEnded, type LiveProcesses, spawnDetached, stopChild } from '../processes/child.ts';
import { SetupError } from '../setup-error.ts';
import { queryOnce } from './external-database.ts';
import { stopLeftoverServer } from './leftover-server.ts';
import { binariesForAll, findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { type Credentials, databaseUrl, loadCredentials } from './postgres-credentials.ts';
import { unprivilegedCommand } from './unprivileged.ts';

const run = promisify(execFile);

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, its credentials and its log; made if missing. */
  readonly dataDir: string;
  /** Receives a line about whatever is slow or unusual. */
  readonly log?: (line: string) => void;
  /** When aborted, a start gives up and leaves nothing running. */
  readonly signal?: AbortSignal;
  /** The environment of the server; this process's by default. */
  readonly env?: NodeJS.ProcessEnv;
  readonly processes?: LiveProcesses;
}

/** By which the services that speak SQL connect. */
export interface ServiceUrls {
  readonly metadata: string;
  readonly result: string;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Database `metadata_db` as its owner, the role `file_processor`. */
  readonly url: string;
  /** The same database as the roles of these services. */
  readonly serviceUrls: ServiceUrls;
  /** Database `postgres` as the superuser. */
  readonly adminUrl: string;
  /** Whether this start made the cluster. */
  readonly firstStart: boolean;
  readonly pid: number;
  /** Resolves with how the server ended, whatever ended it. */
  readonly ended: Promise<string>;
  /** Performs a fast shutdown, which rolls back open transactions. */
  stop(): Promise<void>;
}

/** `fsync`, `full_page_writes` and `synchronous_commit` stay on, as by default. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  wal_compression: 'on',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** After this time a fast shutdown becomes an immediate one, from which the server recovers at its next start. */
const fastShutdownMs = 20_000;

/**
 * Starts PostgreSQL 18 from npm on the folder, and makes the cluster the first time. It listens on 127.0.0.1 only, on
 * the same port as before if that is free, with SCRAM and random passwords. A server that a killed run left on the
 * folder is stopped first. The server has a process group of its own, out of reach of a terminal's Ctrl-C.
 *
 * @throws SetupError when a part is missing or the server does not start, with the end of its log; the signal's reason
 */
export async function startEmbeddedPostgres({
  dataDir,
  log = () => {},
  signal = never,
  env,
  processes,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(dataDir);
  const installed = await findPostgresBinaries();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await stopLeftoverPostgres(folder, log);
  const credentials = await loadCredentials(folder);
  const prefix = await unprivilegedCommand(folder);
  const binaries = prefix[0] === 'setpriv' ? await binariesForAll(installed) : installed;
  const firstStart = await makeCluster({ initdb: [...prefix, binaries.initdb], folder, credentials, signal });
  signal.throwIfAborted();
  const server = await startServer(binaries, prefix, folder, { port: credentials.port, env });
  processes?.add(server, 'SIGQUIT');
  const serviceUrls = {
    metadata: databaseUrl(credentials, 'filemill_metadata'),
    result: databaseUrl(credentials, 'filemill_result'),
  };
  try {
    await untilAnswering(databaseUrl(credentials, 'postgres'), server, log, signal);
    const owner = databaseUrl(credentials, 'file_processor');
    await prepareDatabase(databaseUrl(credentials, 'postgres'), owner, Object.values(serviceUrls));
  } catch (error) {
    await stopServer(server);
    signal.throwIfAborted();
    throw new SetupError(`PostgreSQL does not start on ${folder}.\n${await tailOfLog(folder)}`, { cause: error });
  }
  const stop = () => stopServer(server);
  return {
    url: databaseUrl(credentials, 'file_processor'),
    serviceUrls,
    adminUrl: databaseUrl(credentials, 'postgres'),
    firstStart,
    pid: server.pid ?? 0,
    ended: endOf(server),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Stops the server that a killed run left on its cluster. */
export async function stopLeftoverPostgres(folder: string, log: (line: string) => void): Promise<void> {
  const cluster = join(folder, 'data');
  const path = join(cluster, 'postmaster.pid');
  await stopLeftoverServer({ program: 'PostgreSQL', path, folder: cluster, gentle: 'SIGINT', harsh: 'SIGQUIT' }, log);
}

interface NewCluster {
  /** The command with its prefix. */
  readonly initdb: readonly string[];
  readonly folder: string;
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
}

/** Makes the cluster aside and renames it into place, so that a crash leaves no incomplete one. */
async function makeCluster({ initdb, folder, credentials, signal }: NewCluster): Promise<boolean> {
  const cluster = join(folder, 'data');
  const exists = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (exists !== undefined) return requireVersion(cluster, exists.trim());
  const fresh = join(folder, 'data.new');
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
  await rename(fresh, cluster);
  return true;
}

function requireVersion(cluster: string, version: string): false {
  if (version === '18') return false;
  throw new SetupError(`${cluster} was made by PostgreSQL ${version}; this is 18. Use another --data-dir.`);
}

async function startServer(
  { postgres }: PostgresBinaries,
  prefix: readonly string[],
  folder: string,
  { port, env }: { readonly port: number; readonly env: NodeJS.ProcessEnv | undefined },
): Promise<ChildProcess> {
  await using logFile = await open(join(folder, 'server.log'), 'a', 0o600);
  const options = Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [...prefix, postgres, '-D', join(folder, 'data'), ...options];
  const server = await spawnDetached(command, {
    cwd: folder,
    ...(env && { env }),
    stdio: ['ignore', logFile.fd, logFile.fd],
  });
  server.unref();
  return server;
}

/** A start that takes longer than this is worth a message: the server is recovering from a crash. */
const slowStartMs = 5_000;

/** Waits until the server answers queries. @throws when it ends or refuses for good, or the signal is aborted */
async function untilAnswering(
  connectionString: string,
  server: ChildProcess,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const slow = setTimeout(() => log('PostgreSQL is still starting: it may be recovering from a crash'), slowStartMs);
  using _ = { [Symbol.dispose]: () => clearTimeout(slow) };
  for (;;) {
    try {
      await queryOnce({ connectionString, ssl: false }, 'SELECT 1');
      return;
    } catch (error) {
      if (hasEnded(server) || !isStarting(error)) throw error;
    }
    await sleep(30, signal);
    signal.throwIfAborted();
  }
}

/** Nothing listens yet, or "the database system is starting up" (57P03). */
function isStarting(error: unknown): boolean {
  const { code = '', message } = error as { code?: string; message?: string };
  return ['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(code) || message?.includes('terminated') === true;
}

async function stopServer(server: ChildProcess): Promise<void> {
  await stopChild(server, { gentle: 'SIGINT', harsh: 'SIGQUIT', afterMs: fastShutdownMs });
}

async function tailOfLog(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'server.log'), 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-10).join('\n');
}
