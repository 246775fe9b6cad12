import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Format, formats } from './output/writer.ts';

/** The options of every command, before or after its name. Times are in milliseconds. */
export interface GlobalOptions {
  /** Only what was given as an option: `connectionOf` knows what is in use. */
  readonly server?: string;
  readonly context?: string;
  /** There is no option for the token itself, which would show it to everyone who lists processes. */
  readonly tokenFile?: string;
  /** Set by main. */
  readonly env: NodeJS.ProcessEnv;
  readonly output: Format;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly color: boolean;
  readonly timeout?: number;
  /** The default depends on the command. */
  readonly retryFor?: number;
}

export function addGlobalOptions(program: Command, env: NodeJS.ProcessEnv): Command {
  program.setOptionValue('env', env);
  return program
    .addOption(
      new Option('--context <name>', 'use the server of this context (env: FILEMILL_CONTEXT)').conflicts('server'),
    )
    .option(
      '--server <address>',
      `gRPC port: HOST:PORT, https://HOST:PORT for TLS, or unix:/PATH (env: FILEMILL_SERVER; else that of a context, else ${defaultServer})`,
      serverAddress,
    )
    .option('--token-file <file>', 'file that holds your token (env: FILEMILL_TOKEN or FILEMILL_TOKEN_FILE)')
    .addOption(new Option('-o, --output <format>', 'output format').choices(formats).default('table'))
    .option('--json', 'same as -o ndjson: one object per line')
    .option('-q, --quiet', 'print no progress and no remarks, and ids instead of tables')
    .option('-v, --verbose', 'say more')
    .option('--no-color', 'no colours')
    .option('--timeout <duration>', 'give up after this time, such as 90s or 5m', duration)
    .option(
      '--retry-for <duration>',
      'how long to retry while the server is away (default: 60s for uploads, waits and changes, but 15s for the first answer; 1s for queries)',
      duration,
    );
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `500ms`, `90s`, `5m`, `2h`, `7d` or a number of seconds; answers in milliseconds. */
export function duration(text: string): number {
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('Expected a time such as 90s or 5m.');
  return Number(digits) * (unitMs[unit] ?? 1_000);
}

/** Reads a whole number from 1 to `max`. */
export function count(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${max}.`);
  };
}

export function formatOf({ json, output }: Pick<GlobalOptions, 'json' | 'output'>): Format {
  return json ? 'ndjson' : output;
}

export const defaultServer = '127.0.0.1:50051';

/** HOST:PORT, optionally with a resolver of gRPC; the first one is the default. */
const networkTarget = /^(?:dns:(?:\/\/[^/]*\/)?|ipv[46]:)?(?:\[[0-9a-f:.]+(?:%[^\s\]]+)?\]|[^\s:/@[\]]+):(\d{1,5})$/i;

/**
 * Accepts `HOST:PORT`, `https://HOST[:PORT]` for TLS, `unix:/PATH`, or a name with its resolver such as `dns:///HOST:PORT`;
 * empty for the default.
 */
export function serverAddress(text: string): string {
  if (text === '') return defaultServer;
  if (/^https:\/\/[^/@]+\/?$/i.test(text)) return serverUrl(text);
  if (/^unix(-abstract)?:./.test(text)) return text;
  const port = Number(networkTarget.exec(text)?.[1]);
  if (port >= 1 && port <= 65_535) return text;
  throw noAddress(text);
}

function serverUrl(text: string): string {
  const { port, hostname } = URL.parse(text) ?? { port: '', hostname: '' };
  if (hostname === '') throw noAddress(text);
  return `https://${hostname}:${port || 443}`;
}

function noAddress(text: string): InvalidArgumentError {
  const example = `Expected HOST:PORT of the gRPC port, for example ${defaultServer}, https://HOST:PORT for TLS, or unix:/PATH.`;
  return new InvalidArgumentError(/^http:\/\//i.test(text) ? `${example} Leave out http:// for clear text.` : example);
}
