import { type Command, InvalidArgumentError, Option } from 'commander';
import { readSettings, readVariable } from '#platform/config.ts';
import type { ProxyRules } from '#platform/rpc/proxy.ts';
import { Certificates, type ClientTls } from '#platform/tls/certificates.ts';
import { tlsSettings } from '#platform/tls/settings.ts';
import { type Format, formats } from './output/writer.ts';

/** The options of every command, before or after its name. Times are in milliseconds. */
export interface GlobalOptions {
  readonly server: string;
  /** Set by main, from the environment only. */
  readonly proxies: ProxyRules;
  /** `Bearer TOKEN`, set by main from FILEMILL_TOKEN: an option would show the token to everyone who lists processes. */
  readonly authorization?: string;
  /** Set by main, from the environment only. */
  readonly clientTls: ClientTls;
  /** The width of a table, set by main from COLUMNS. */
  readonly columns?: number;
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
  return program
    .addOption(
      new Option('--server <address>', 'address of the gRPC port, HOST:PORT, https://HOST:PORT for TLS, or unix:/PATH')
        .env('FILEMILL_SERVER')
        .default(env.FILEMILL_TLS_CA ? `https://${defaultServer}` : defaultServer)
        .argParser(serverAddress),
    )
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

/** @throws ConfigError when the file of the token cannot be read */
export function authorizationOf(env: NodeJS.ProcessEnv): string | undefined {
  const token = readVariable('FILEMILL_TOKEN', env);
  return token === undefined ? undefined : `Bearer ${token.trim()}`;
}

/** @throws ConfigError */
export function tlsOf(env: NodeJS.ProcessEnv): Certificates {
  return new Certificates(readSettings(tlsSettings, env));
}

const defaultServer = '127.0.0.1:50051';

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
