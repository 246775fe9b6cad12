import { access } from 'node:fs/promises';
import { Command } from 'commander';
import { isRunning, signalProcess, waitForEnd } from '#local/processes/process-table.ts';
import { findRun } from '#local/run-record.ts';
import { SetupError } from '#local/setup-error.ts';
import { stopLeftovers } from '#local/stop-leftovers.ts';
import { CliError, exitCodes } from '../failure.ts';
import { Terminal } from '../output/terminal.ts';
import type { DataDirOptions } from './status.ts';

/** Services have 30 s to finish their work, and PostgreSQL 20 s after them. */
const patienceMs = 70_000;
const afterForceMs = 10_000;

/** `filemill down`: ends what `filemill up` runs. */
export function downCommand(): Command {
  return new Command('down')
    .description('Stop what `filemill up` runs in a data folder. The data stays.')
    .option('--data-dir <dir>', 'data folder of `filemill up`', '.filemill')
    .option('--force', 'end everything at once; PostgreSQL recovers at the next start')
    .action(async (_options, command: Command) => {
      await down(command.optsWithGlobals<DataDirOptions & { readonly force?: true }>());
    });
}

async function down(options: DataDirOptions & { readonly force?: true }): Promise<void> {
  const { dataDir, force = false } = options;
  const terminal = new Terminal(options);
  const run = await findRun(dataDir);
  if (run === undefined) {
    if (await exists(dataDir)) await stopLeft(dataDir, (line) => terminal.complain(line));
    return terminal.note(`Nothing runs in ${dataDir}.`);
  }
  if (!signalProcess(run.pid, 'SIGTERM') && (await isRunning(run)))
    throw new CliError(exitCodes.notAllowed, `Process ${run.pid} belongs to another user: stop it as that user.`);
  terminal.note(`Stopping Filemill (pid ${run.pid})…`);
  if (await waitForEnd(run, force ? 1_000 : patienceMs)) return terminal.note('Stopped.');
  if (!force) terminal.complain('It does not stop: ending everything by force.');
  // `filemill up` takes the second signal for an order to kill.
  signalProcess(run.pid, 'SIGTERM');
  if (!(await waitForEnd(run, afterForceMs))) {
    signalProcess(run.pid, 'SIGKILL');
    await waitForEnd(run, afterForceMs);
    await stopLeft(dataDir, (line) => terminal.complain(line));
  }
  terminal.note('Stopped.');
}

/** What a killed run left. */
async function stopLeft(dataDir: string, log: (line: string) => void): Promise<void> {
  await stopLeftovers(dataDir, log).catch((error: unknown) => {
    throw error instanceof SetupError ? new CliError(error.exitCode, error.message) : error;
  });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
