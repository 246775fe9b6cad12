import { readFile, realpath, rm } from 'node:fs/promises';
import { findProcess, signalProcess, waitForEnd, workingDirectory } from '../processes/process-table.ts';
import { SetupError } from '../setup-error.ts';

/** Time for the gentle, and then for the harsh, signal to work. */
const patienceMs = 15_000;

/** A server that wrote its process id into a file (first line) and works inside its data folder. */
export interface PidFile {
  readonly program: string;
  readonly path: string;
  readonly folder: string;
  readonly gentle: NodeJS.Signals;
  readonly harsh: NodeJS.Signals;
}

/**
 * Stops the server that a killed predecessor left on its folder, so that every start begins alike. A file
 * whose process is gone, or whose number now belongs to another program, is removed: PostgreSQL itself
 * only looks whether a process of that number exists, be it a zombie.
 */
export async function stopLeftoverServer(file: PidFile, log: (line: string) => void): Promise<void> {
  const { program, path, folder } = file;
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === undefined) return;
  const pid = Number(content.split('\n')[0]);
  const server = await findProcess(pid);
  if (server === undefined || (await workingDirectory(pid)) !== (await realpath(folder)))
    return await rm(path, { force: true });
  log(`stopping the ${program} (pid ${pid}) that an earlier run left behind`);
  for (const signal of [file.gentle, file.harsh]) {
    signalProcess(pid, signal);
    if (await waitForEnd(server, patienceMs)) return;
  }
  throw new SetupError(
    `The ${program} with pid ${pid} still runs on ${folder} and does not stop. End it, then try again.`,
  );
}
