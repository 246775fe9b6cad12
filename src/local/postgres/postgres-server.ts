import type { ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep } from '#platform/abort.ts';
import { hasEnded, type LiveProcesses, spawnDetached, stopChild } from '../processes/child.ts';
import { queryOnce } from './external-database.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

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

export interface ServerOptions {
  readonly binaries: PostgresBinaries;
  /** Runs it as a user that PostgreSQL accepts. */
  readonly prefix: readonly string[];
  /** Holds the clusters and the log. */
  readonly folder: string;
  /** The name of the cluster's folder. */
  readonly cluster: string;
  readonly port: number;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly processes?: LiveProcesses | undefined;
}

/** Starts a server in a process group of its own; it does not answer yet. */
export async function startServer(options: ServerOptions): Promise<ChildProcess> {
  const { binaries, prefix, folder, cluster, port, env, processes } = options;
  await using logFile = await open(join(folder, 'server.log'), 'a', 0o600);
  const assignments = Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [...prefix, binaries.postgres, '-D', join(folder, cluster), ...assignments];
  const server = await spawnDetached(command, {
    cwd: folder,
    ...(env && { env }),
    stdio: ['ignore', logFile.fd, logFile.fd],
  });
  processes?.add(server, 'SIGQUIT');
  server.unref();
  return server;
}

/** A start that takes longer than this is worth a message: the server is recovering from a crash. */
const slowStartMs = 5_000;

/** Waits until the server answers queries. @throws when it ends or refuses for good, or the signal is aborted */
export async function untilAnswering(
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

export async function stopServer(server: ChildProcess): Promise<void> {
  await stopChild(server, { gentle: 'SIGINT', harsh: 'SIGQUIT', afterMs: fastShutdownMs });
}

export async function tailOfLog(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'server.log'), 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-10).join('\n');
}
