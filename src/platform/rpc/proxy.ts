import { isIP } from 'node:net';
import { AddressRanges, loopbackRanges } from '../address-ranges.ts';
import { ConfigError, readVariable } from '../config.ts';
import { hostOf } from './target.ts';

/** An HTTP proxy that opens a tunnel to a server on CONNECT. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** The value of `Proxy-Authorization`, when the URL holds a user. */
  readonly authorization: string | undefined;
  /** For messages: its address without user and password, and the variable that names it. */
  readonly title: string;
}

/** The variables that all gRPC clients read, in this order; only in lower case, because CGI sets `HTTP_PROXY` from a header. */
const usualVariables = ['grpc_proxy', 'https_proxy', 'http_proxy'] as const;

/** Which proxy leads to which server. This machine, and the hosts in the list of exceptions, are reached without one. */
export class ProxyRules {
  readonly #variable: string;
  readonly #value: string;
  readonly #exceptions: string;

  /** @param variable holds `http://[USER:PASSWORD@]HOST:PORT`, or `none` to use no proxy */
  private constructor(variable: string, env: NodeJS.ProcessEnv) {
    const [value = '', ...exceptions] = [variable, 'no_grpc_proxy', 'no_proxy', 'NO_PROXY'].map(
      (name) => readVariable(name, env) ?? '',
    );
    this.#variable = variable;
    this.#value = value;
    this.#exceptions = exceptions.find((list) => list !== '') ?? '';
  }

  /** For calls between services: only FILEMILL_PROXY, which is set on purpose, names a proxy. @throws ConfigError */
  static ofService(env: NodeJS.ProcessEnv): ProxyRules {
    const rules = new ProxyRules('FILEMILL_PROXY', env);
    if (isProxy(rules.#value)) parseProxy('FILEMILL_PROXY', rules.#value);
    return rules;
  }

  /** For clients: FILEMILL_PROXY, or else the variables that all programs read. */
  static ofClient(env: NodeJS.ProcessEnv): ProxyRules {
    const names = ['FILEMILL_PROXY', ...usualVariables];
    return new ProxyRules(names.find((name) => readVariable(name, env) !== undefined) ?? 'FILEMILL_PROXY', env);
  }

  /**
   * @param target a gRPC target: `HOST:PORT`, `dns:///HOST:PORT`, `https://HOST:PORT`, `unix:/PATH`, …
   * @throws ConfigError when the proxy to the target cannot be used
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

function parseProxy(variable: string, value: string): HttpProxy {
  const url = URL.parse(/^[a-z\d+.-]+:\/\//i.test(value) ? value : `http://${value}`);
  if (url === null || url.hostname === '')
    throw new ConfigError(`${variable}: must be http://[USER:PASSWORD@]HOST:PORT or none`);
  if (url.protocol !== 'http:')
    throw new ConfigError(
      `${variable}: ${url.protocol}// proxies are not supported; use an http:// proxy, or set FILEMILL_PROXY=none`,
    );
  const user = `${decode(url.username)}:${decode(url.password)}`;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 80),
    authorization: url.username === '' ? undefined : `Basic ${Buffer.from(user).toString('base64')}`,
    title: `http://${url.host} (from ${variable})`,
  };
}

/** Like browsers, takes a `%` that begins no escape as it is. */
function decode(part: string): string {
  return part.replace(/(%[\da-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}

/** The wildcard addresses lead to this machine as well. */
const loopback = AddressRanges.of(...loopbackRanges, '0.0.0.0', '::');

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || loopback?.contains(host) === true;
}

/** Reads the list as curl does: names with their subdomains, addresses, ranges of addresses, or `*`. */
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
