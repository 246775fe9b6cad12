import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ProxyRules } from '#platform/rpc/proxy.ts';
import { type Format, formats } from './output/writer.ts';

/** What every command takes, before or after its name. Times are in milliseconds. */
export interface GlobalOptions {
  readonly server: string;
  /** Set by main, from the environment alone. */
  readonly proxies: ProxyRules;
  /** Set by main from COLUMNS: what a row of a table may take. */
  readonly columns?: number;
  readonly output: Format;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly color: boolean;
  readonly timeout?: number;
  /** Undefined for what is right for the command. */
  readonly retryFor?: number;
}

export function addGlobalOptions(program: Command): Command {
  return program
    .addOption(
      new Option('--server <address>', 'HOST:PORT or unix:/PATH of the gRPC port')
        .env('FILEMILL_SERVER')
        .default(defaultServer)
        .argParser(serverAddress),
    )
    .addOption(new Option('-o, --output <format>', 'how data is printed').choices(formats).default('table'))
    .option('--json', 'the same as -o ndjson: one object a line')
    .option('-q, --quiet', 'no progress and no remarks; ids instead of tables')
    .option('-v, --verbose', 'say more')
    .option('--no-color', 'no colours')
    .option('--timeout <duration>', 'give up after this time, for example 90s, 5m', duration)
    .option(
      '--retry-for <duration>',
      'how long to go on trying while the server is away (default: 60s for uploads, waits and changes, 15s of it until the first answer; 1s for what only asks)',
      duration,
    );
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `90s`, `5m`, `2h`, `7d`, or a number of seconds; answers in milliseconds. */
export function duration(text: string): number {
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('Expected a time such as 90s or 5m.');
  return Number(digits) * (unitMs[unit] ?? 1_000);
}

/** A whole number from 1 to `max`. */
export function count(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${max}.`);
  };
}

const defaultServer = '127.0.0.1:50051';

/** HOST:PORT, optionally with a resolver of gRPC; the first one is the default. */
const networkTarget = /^(?:dns:(?:\/\/[^/]*\/)?|ipv[46]:)?(?:\[[0-9a-f:.]+(?:%[^\s\]]+)?\]|[^\s:/@[\]]+):(\d{1,5})$/i;

/** Accepts `HOST:PORT`, `unix:/PATH`, or a name with its resolver such as `dns:///HOST:PORT`; empty for the default. */
export function serverAddress(text: string): string {
  if (text === '') return defaultServer;
  if (/^unix(-abstract)?:./.test(text)) return text;
  const port = Number(networkTarget.exec(text)?.[1]);
  if (port >= 1 && port <= 65_535) return text;
  const example = `Expected HOST:PORT of the gRPC port, for example ${defaultServer}, or unix:/PATH.`;
  throw new InvalidArgumentError(/^https?:\/\//i.test(text) ? `${example} It is not a URL.` : example);
}
