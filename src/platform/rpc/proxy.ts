import { isIP } from 'node:net';
import { AddressRanges, loopbackRanges } from '../address-ranges.ts';
import { ConfigError, readVariable } from '../config.ts';

/** An HTTP proxy that opens a tunnel to a server when it is asked to by CONNECT. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** The value of `Proxy-Authorization`, when the URL holds a user. */
  readonly authorization: string | undefined;
  /** For people: its address without user and password, and the variable that names it. */
  readonly title: string;
}

/** What gRPC programs in any language read, in this order. They take lower case alone: a web server hands `HTTP_PROXY` to CGI. */
const usualVariables = ['grpc_proxy', 'https_proxy', 'http_proxy'] as const;

/** Which proxy leads to which server: none to this machine, and none to what an exception names. */
export class ProxyRules {
  readonly #variable: string;
  readonly #value: string;
  readonly #exceptions: string;

  /** @param variable holds `http://[USER:PASSWORD@]HOST:PORT`, or `none` to use no proxy whatever the environment says */
  private constructor(variable: string, env: NodeJS.ProcessEnv) {
    const [value = '', ...exceptions] = [variable, 'no_grpc_proxy', 'no_proxy', 'NO_PROXY'].map(
      (name) => readVariable(name, env) ?? '',
    );
    this.#variable = variable;
    this.#value = value;
    this.#exceptions = exceptions.find((list) => list !== '') ?? '';
  }

  /**
   * For services, which call each other: only FILEMILL_PROXY, which is set on purpose, names a proxy.
   *
   * @throws ConfigError
   */
  static ofService(env: NodeJS.ProcessEnv): ProxyRules {
    const rules = new ProxyRules('FILEMILL_PROXY', env);
    if (isProxy(rules.#value)) parseProxy('FILEMILL_PROXY', rules.#value);
    return rules;
  }

  /** For clients: FILEMILL_PROXY, or else what the environment names for every program. */
  static ofClient(env: NodeJS.ProcessEnv): ProxyRules {
    const names = ['FILEMILL_PROXY', ...usualVariables];
    return new ProxyRules(names.find((name) => readVariable(name, env) !== undefined) ?? 'FILEMILL_PROXY', env);
  }

  /**
   * @param target of gRPC: `HOST:PORT`, `dns:///HOST:PORT`, `unix:/PATH`, …
   * @throws ConfigError when the proxy that leads there cannot be used
   */
  to(target: string): HttpProxy | undefined {
    const host = hostOf(target);
    if (host === undefined || !isProxy(this.#value)) return undefined;
    if (isThisMachine(host) || isException(host, this.#exceptions)) return undefined;
    return parseProxy(this.#variable, this.#value);
  }
}

function isProxy(value: string): boolean {
  return value !== '' && value !== 'none';
}

/** `HOST:PORT` of a target; undefined for a socket. */
export function authorityOf(target: string): string | undefined {
  if (/^unix(-abstract)?:/.test(target)) return undefined;
  const address = target.replace(/^(dns:(\/\/[^/]*\/)?|ipv[46]:)/, '');
  return /^[^:]+$|\]$/.test(address) ? `${address}:443` : address;
}

function hostOf(target: string): string | undefined {
  return authorityOf(target)
    ?.replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
}

function parseProxy(variable: string, value: string): HttpProxy {
  const url = URL.parse(/^[a-z\d+.-]+:\/\//i.test(value) ? value : `http://${value}`);
  if (url === null || url.hostname === '')
    throw new ConfigError(`${variable}: must be http://[USER:PASSWORD@]HOST:PORT or none`);
  if (url.protocol !== 'http:')
    throw new ConfigError(
      `${variable}: a proxy of the kind ${url.protocol}// cannot be used; name one with http://, or set FILEMILL_PROXY=none`,
    );
  const user = `${decode(url.username)}:${decode(url.password)}`;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 80),
    authorization: url.username === '' ? undefined : `Basic ${Buffer.from(user).toString('base64')}`,
    title: `http://${url.host} (from ${variable})`,
  };
}

/** A `%` that begins no escape stands for itself, as browsers take it. */
function decode(part: string): string {
  return part.replace(/(%[\da-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}

/** An address to listen on everywhere leads here, too. */
const loopback = AddressRanges.of(...loopbackRanges, '0.0.0.0', '::');

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || loopback?.contains(host) === true;
}

/** As curl reads them: names with all that lies below them, addresses, ranges of addresses, or `*`. */
function isException(host: string, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const name = entry.replace(/^\[([\da-f:.]+)\](:\d+)?$/, '$1').replace(/^([^:]+):\d+$/, '$1');
      if (name === '*' || name === host) return true;
      if (isIP(host)) return AddressRanges.of(name)?.contains(host) === true;
      const suffix = name.replace(/^\*?\./, '');
      return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
    });
}
