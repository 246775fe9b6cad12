import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcess, signalProcess, waitForEnd, workingDirectory } from './process-table.ts';
import { SetupError } from './setup-error.ts';

/** Time for a fast, and then for an immediate, shutdown. */
const shutdownMs = 15_000;

/**
 * Stops the server that a killed predecessor left on the cluster, so that every start begins alike. A
 * lock file whose process is gone, or whose number now belongs to another program, is removed: PostgreSQL
 * itself only looks whether a process of that number exists.
 */
export async function stopLeftover(cluster: string, log: (line: string) => void): Promise<void> {
  const lockFile = join(cluster, 'postmaster.pid');
  const lock = await readFile(lockFile, 'utf8').catch(() => undefined);
  if (lock === undefined) return;
  const pid = Number(lock.split('\n')[0]);
  const server = await findProcess(pid);
  // The postmaster works inside its data directory.
  if (server === undefined || (await workingDirectory(pid)) !== (await realpath(cluster))) {
    await rm(lockFile, { force: true });
    return;
  }
  log(`stopping the PostgreSQL (pid ${pid}) that an earlier run left behind`);
  signalProcess(pid, 'SIGINT');
  if (await waitForEnd(server, shutdownMs)) return;
  signalProcess(pid, 'SIGQUIT');
  if (await waitForEnd(server, shutdownMs)) return;
  throw new SetupError(
    `The PostgreSQL with pid ${pid} still runs on ${cluster} and does not stop. End it, then try again.`,
  );
}
