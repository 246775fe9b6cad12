import { readFile, realpath, rm } from 'node:fs/promises';
import { findProcess, signalProcess, waitForEnd, workingDirectory } from '../processes/process-table.ts';
import { SetupError } from '../setup-error.ts';

/** Each of the two signals gets this long to take effect. */
const patienceMs = 15_000;

/** Describes a server that writes its process id to the first line of a file and works in its data folder. */
export interface PidFile {
  readonly program: string;
  readonly path: string;
  readonly folder: string;
  readonly gentle: NodeJS.Signals;
  readonly harsh: NodeJS.Signals;
}

/**
 * Stops the server that a killed run left on its folder. A file whose process is gone, or whose id now belongs to
 * another program, is removed: PostgreSQL itself only checks whether a process with that id exists, even a zombie.
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
  throw new SetupError(`${program} (pid ${pid}) still runs on ${folder} and does not stop. Kill it, then try again.`);
}
