import { Command } from 'commander';
import { type LogFile, LogReader, listLogFiles } from '#local/log-files.ts';
import { parseLine } from '#local/processes/service-log.ts';
import { sleep } from '#platform/abort.ts';
import { CliError, exitCodes } from '../failure.ts';
import { count } from '../options.ts';
import { type Style, Terminal } from '../output/terminal.ts';
import { type DataDirOptions, nothingRuns } from './status.ts';

interface LogsOptions extends DataDirOptions {
  readonly follow?: true;
  readonly lines: number;
}

const lookEveryMs = 300;

/** `filemill logs`: what the parts of `filemill up` say. */
export function logsCommand(): Command {
  return new Command('logs')
    .description('Show the last log lines of what `filemill up` runs, oldest first; --json prints them as they are.')
    .argument('[service...]', 'up, upload, metadata, result, worker, worker-1, web, postgres, redis; all by default')
    .option('-f, --follow', 'go on with what is added, until Ctrl-C')
    .option('-n, --lines <count>', 'how many lines of each', count(100_000), 20)
    .option('--data-dir <dir>', 'data folder of `filemill up`', '.filemill')
    .action(async (services: string[], _options, command: Command) => {
      await logs(services, command.optsWithGlobals<LogsOptions>());
    });
}

async function logs(services: readonly string[], options: LogsOptions): Promise<void> {
  const terminal = new Terminal(options);
  const readers = (await chosen(services, options.dataDir)).map((file) => new LogReader(file));
  const print = (lines: readonly Line[]) => {
    for (const line of inOrder(lines)) terminal.print(options.json ? line.raw : shown(line, terminal));
  };
  print(await linesOf(readers, (reader) => reader.tail(options.lines)));
  if (!options.follow) return;
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupt.abort());
  while (!interrupt.signal.aborted) {
    await sleep(lookEveryMs, interrupt.signal);
    print(await linesOf(readers, (reader) => reader.more()));
  }
}

/** @throws CliError when there is none of that name */
async function chosen(services: readonly string[], dataDir: string): Promise<readonly LogFile[]> {
  const files = await listLogFiles(dataDir);
  if (files.length === 0) throw nothingRuns(dataDir);
  for (const service of services)
    if (!files.some(({ name }) => isOf(name, service)))
      throw new CliError(
        exitCodes.notFound,
        `There is no log of ${service} in ${dataDir}.`,
        `There are: ${files.map(({ name }) => name).join(', ')}.`,
      );
  return files.filter(({ name }) => services.length === 0 || services.some((service) => isOf(name, service)));
}

function isOf(name: string, service: string): boolean {
  return name === service || name.startsWith(`${service}-`);
}

interface Line {
  readonly name: string;
  readonly raw: string;
  /** In milliseconds; lines without a time belong to the line before. */
  readonly at: number;
}

async function linesOf(
  readers: readonly LogReader[],
  read: (reader: LogReader) => Promise<readonly string[]>,
): Promise<readonly Line[]> {
  const found: Line[] = [];
  for (const reader of readers) {
    let at = 0;
    for (const raw of await read(reader)) {
      at = timeOf(raw) ?? at;
      found.push({ name: reader.file.name, raw, at });
    }
  }
  return found;
}

/** Sorting is stable: lines of one file keep their order. */
function inOrder(lines: readonly Line[]): readonly Line[] {
  return lines.toSorted((a, b) => a.at - b.at);
}

/** The time of a record of ours, of PostgreSQL (`2026-11-30 04:57:19.736 UTC`) or of Redis (`30 Nov 2026 04:57:18.736`, local). */
function timeOf(raw: string): number | undefined {
  const [, iso] = /"time":"([^"]+)"/.exec(raw) ?? [];
  const [, date, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d+) UTC/.exec(raw) ?? [];
  const [, redis] = /^\d+:\w (\d+ \w{3} \d{4} [\d:.]+)/.exec(raw) ?? [];
  const at = Date.parse(iso ?? (date === undefined ? (redis ?? '') : `${date}T${time}Z`));
  return Number.isNaN(at) ? undefined : at;
}

const styles: Readonly<Record<string, Style>> = { warn: 'yellow', error: 'red', fatal: 'red' };

function shown({ name, raw, at }: Line, terminal: Terminal): string {
  const { level, text } = parseLine(raw);
  const time = level === 'raw' ? '' : `${new Date(at).toLocaleString('sv-SE')} `;
  const style = styles[level];
  const word = level === 'raw' ? '' : style === undefined ? `${level} ` : `${terminal.paint(style, level)} `;
  return `${terminal.paint('dim', name.padEnd(9))} ${time}${word}${text}`;
}
