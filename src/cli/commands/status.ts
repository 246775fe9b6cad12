import { resolve } from 'node:path';
import { Command } from 'commander';
import { runningChildren } from '#local/processes/child-register.ts';
import { findRun, type Run } from '#local/run-record.ts';
import { thisCommand } from '#platform/this-command.ts';
import { CliError, exitCodes } from '../failure.ts';
import type { GlobalOptions } from '../options.ts';
import { formatDuration, printable } from '../output/printable.ts';
import { Terminal } from '../output/terminal.ts';
import { printRecord } from '../output/writer.ts';

export interface DataDirOptions extends GlobalOptions {
  readonly dataDir: string;
}

/** `filemill status`: what runs on this machine. */
export function statusCommand(): Command {
  return new Command('status')
    .description('Show what `filemill up` runs in a data folder, since when and where; exits with 5 if nothing runs.')
    .option('--data-dir <dir>', 'data folder of `filemill up`', '.filemill')
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<DataDirOptions>();
      const run = await findRun(options.dataDir);
      if (run === undefined) throw nothingRuns(options.dataDir);
      await printRun(run, options);
    });
}

export function nothingRuns(dataDir: string): CliError {
  return new CliError(
    exitCodes.unavailable,
    `Nothing runs in ${dataDir}.`,
    `Start it with \`${thisCommand()} up -d\`.`,
  );
}

/** Prints what runs, and how to stop it. */
export async function printRun(run: Run, options: DataDirOptions): Promise<void> {
  const { dataDir, json, output } = options;
  const terminal = new Terminal(options);
  const services = await runningChildren(dataDir);
  const { pid, since, version, serves } = run;
  const record = {
    state: serves === undefined ? 'starting' : 'serving',
    ...{ pid, since, version, data_dir: resolve(dataDir) },
    ...{
      grpc_address: serves?.grpc ?? null,
      http_address: serves?.http ?? null,
      stores: serves?.stores ?? [],
      services,
    },
  };
  await printRecord(terminal, json ? 'ndjson' : output, record, () => [
    `Filemill ${version} ${serves === undefined ? 'is starting' : 'runs'}, pid ${pid}, since ${localTime(since)} (${age(since)})`,
    ...(serves === undefined ? [] : [`  gRPC      ${serves.grpc}`, `  HTTP      ${serves.http}`]),
    `  data      ${printable(record.data_dir)}`,
    ...(serves === undefined
      ? []
      : [`  parts     ${[...serves.stores, ...services.map(({ name }) => name)].join(', ')}`]),
  ]);
  const where = dataDir === '.filemill' ? '' : ` --data-dir ${dataDir}`;
  terminal.note(
    `Stop it with \`${thisCommand()} down${where}\`; \`${thisCommand()} logs -f${where}\` shows what it does.`,
  );
}

function age(since: string): string {
  return formatDuration(Math.max(0, Date.now() - Date.parse(since)));
}

const two = '2-digit';
const fields = { year: 'numeric', month: two, day: two, hour: two, minute: two, second: two } as const;

/** Shows a time with its zone, since its reader may sit elsewhere. */
function localTime(since: string): string {
  return new Date(since).toLocaleString('sv-SE', { ...fields, timeZoneName: 'short' });
}
