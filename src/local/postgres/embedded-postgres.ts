import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { prepareDatabase } from '#adapters/postgres/database/prepare-database.ts';
import { never } from '#platform/abort.ts';
import { endOf, type LiveProcesses } from '../processes/child.ts';
import { SetupError } from '../setup-error.ts';
import { clusters, openCluster } from './cluster.ts';
import { stopLeftoverServer } from './leftover-server.ts';
import { binariesForAll, findPostgresBinaries } from './postgres-binaries.ts';
import { databaseUrl, loadCredentials } from './postgres-credentials.ts';
import { startServer, stopServer, tailOfLog, untilAnswering } from './postgres-server.ts';
import { unprivilegedCommand } from './unprivileged.ts';

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
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await stopLeftoverPostgres(folder, log);
  const installed = await findPostgresBinaries(folder);
  const credentials = await loadCredentials(folder);
  const prefix = await unprivilegedCommand(folder);
  const binaries = prefix[0] === 'setpriv' ? await binariesForAll(installed) : installed;
  const firstStart = await openCluster({ initdb: [...prefix, binaries.initdb], folder, credentials, signal });
  const where = { binaries, prefix, folder, cluster: clusters.current };
  signal.throwIfAborted();
  const server = await startServer({ ...where, port: credentials.port, env, processes });
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
export async function stopLeftoverPostgres(
  folder: string,
  log: (line: string) => void,
  cluster: string = clusters.current,
): Promise<void> {
  const data = join(folder, cluster);
  const path = join(data, 'postmaster.pid');
  await stopLeftoverServer({ program: 'PostgreSQL', path, folder: data, gentle: 'SIGINT', harsh: 'SIGQUIT' }, log);
}
