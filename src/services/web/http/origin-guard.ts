import type { IncomingHttpHeaders } from 'node:http';
import { FilemillError } from '#domain/errors.ts';
import { AllowedOrigins } from './cross-origin.ts';
import { noPassage, type Passage } from './trusted-proxies.ts';

/** `Sec-Fetch-Site` of our own pages and of typed addresses. */
const ownSites: readonly string[] = ['same-origin', 'none'];

/**
 * Keeps other web sites from using the browser of someone who can reach this server: refuses a foreign `Host`, a
 * foreign `Origin`, and what the browser calls cross-site. Other clients send neither `Origin` nor `Sec-Fetch-Site`.
 * docs/adr/0021-behind-a-proxy.md says why proxies change nothing about that.
 *
 * @param page whether what is requested may be opened by a link on another site: the dashboard page, which holds no data
 * @param allowed foreign origins that are let through
 * @returns the foreign origin
 * @throws FilemillError ORIGIN_REFUSED
 */
export function guardOrigin(
  headers: IncomingHttpHeaders,
  hosts: HostList,
  page = false,
  passage = noPassage,
  allowed = AllowedOrigins.none,
): string | undefined {
  const { host, origin, 'sec-fetch-site': site } = headers;
  for (const name of [host, ...passage.hosts])
    if (!hosts.allows(name))
      throw new FilemillError('ORIGIN_REFUSED', `The host ${JSON.stringify(name ?? '')} is not known here.`);
  if (origin !== undefined && !isOwnOrigin(origin, headers, hosts, passage)) {
    if (allowed.has(origin)) return origin;
    throw new FilemillError('ORIGIN_REFUSED', `Requests from ${JSON.stringify(origin)} are not accepted.`);
  }
  if (site !== undefined && !ownSites.includes(String(site)) && !(page && followsLink(headers)))
    throw new FilemillError('ORIGIN_REFUSED', 'Requests that another site sends are not accepted.');
  return undefined;
}

function followsLink({ 'sec-fetch-mode': mode, 'sec-fetch-dest': destination }: IncomingHttpHeaders): boolean {
  return mode === 'navigate' && destination === 'document';
}

/**
 * Whether the page lies at the address that it sent the request to. Where a proxy hides that address, or the browser
 * vouches for the page, a known host name is enough.
 */
function isOwnOrigin(origin: string, headers: IncomingHttpHeaders, hosts: HostList, passage: Passage): boolean {
  const { protocol, host: originHost } = URL.parse(origin) ?? { protocol: '', host: '' };
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  const [addressed = headers.host as string] = passage.hosts;
  if (originHost === withoutDefaultPort(addressed, protocol)) return true;
  return (passage.hidesHost || headers['sec-fetch-site'] === 'same-origin') && hosts.allows(originHost);
}

/** URL.host omits the default port, a `Host` header may not. */
function withoutDefaultPort(host: string, protocol: string): string {
  return host.toLowerCase().replace(protocol === 'https:' ? /:443$/ : /:80$/, '');
}

/**
 * The host names of this server. Any other `Host` means that a foreign name was made to point here (DNS rebinding),
 * and the page behind it must not read anything.
 */
export class HostList {
  readonly #entries: ReadonlySet<string>;

  constructor(entries: readonly string[]) {
    this.#entries = new Set(entries.map((entry) => entry.toLowerCase()));
  }

  /** The loopback names, the host of `listen`, and the comma-separated names of `more`. */
  static of(listen: string, more: string): HostList {
    const own = listen.startsWith('unix:') ? [] : [hostName(listen)];
    const further = more
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    return new HostList(['localhost', '127.0.0.1', '[::1]', ...own, ...further]);
  }

  /**
   * @param host a `Host` header; a listed name allows any port (as ports are forwarded freely), `NAME:PORT` that port
   */
  allows(host: string | undefined): boolean {
    if (host === undefined) return false;
    const lower = host.toLowerCase();
    return this.#entries.has(lower) || this.#entries.has(hostName(lower));
  }
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '');
}
