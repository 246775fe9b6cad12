import type { IncomingHttpHeaders } from 'node:http';
import { FilemillError } from '#domain/errors.ts';
import { noPassage, type Passage } from './trusted-proxies.ts';

/** What `Sec-Fetch-Site` says of our own pages, and of addresses that a person typed. */
const ownSites: readonly string[] = ['same-origin', 'none'];

/**
 * Keeps other web sites from using the browser of someone who can reach this server: refuses a foreign
 * `Host`, an `Origin` that is not this very address, and what the browser itself calls cross-site.
 * Clients other than browsers send neither `Origin` nor `Sec-Fetch-Site`. Why proxies change nothing of that:
 * docs/adr/0021-behind-a-proxy.md.
 *
 * @param page whether a page is asked for, which says nothing of anybody's files: links from elsewhere (a chat, a wiki)
 * may open it, in a window of its own
 * @throws FilemillError ORIGIN_REFUSED
 */
export function guardOrigin(headers: IncomingHttpHeaders, hosts: HostList, page = false, passage = noPassage): void {
  const { host, origin, 'sec-fetch-site': site } = headers;
  for (const name of [host, ...passage.hosts])
    if (!hosts.allows(name))
      throw new FilemillError('ORIGIN_REFUSED', `The host ${JSON.stringify(name ?? '')} is not known here.`);
  if (origin !== undefined && !isOwnOrigin(origin, { host: host as string, site, hosts, passage }))
    throw new FilemillError('ORIGIN_REFUSED', `Requests from ${JSON.stringify(origin)} are not accepted.`);
  if (site !== undefined && !ownSites.includes(String(site)) && !(page && followsLink(headers)))
    throw new FilemillError('ORIGIN_REFUSED', 'Requests that another site sends are not accepted.');
}

function followsLink({ 'sec-fetch-mode': mode, 'sec-fetch-dest': destination }: IncomingHttpHeaders): boolean {
  return mode === 'navigate' && destination === 'document';
}

interface Addressed {
  /** Of the request as it came here. */
  readonly host: string;
  /** `Sec-Fetch-Site`. */
  readonly site: unknown;
  readonly hosts: HostList;
  readonly passage: Passage;
}

/**
 * Whether the page that sent it has the address that it was sent to. Where a proxy hides that address, the page has to have
 * one of the known names; so it does when the browser vouches for the page itself.
 */
function isOwnOrigin(origin: string, { host, site, hosts, passage }: Addressed): boolean {
  const { protocol, host: originHost } = URL.parse(origin) ?? { protocol: '', host: '' };
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  const [addressed = host] = passage.hosts;
  if (originHost === withoutDefaultPort(addressed, protocol)) return true;
  return (passage.hidesHost || site === 'same-origin') && hosts.allows(originHost);
}

/** URL.host leaves the default port out; a `Host` header may name it. */
function withoutDefaultPort(host: string, protocol: string): string {
  return host.toLowerCase().replace(protocol === 'https:' ? /:443$/ : /:80$/, '');
}

/**
 * The host names that this server answers to. Anything else in `Host` means that a foreign name was
 * made to point here (DNS rebinding), and the page behind it must not read a thing.
 */
export class HostList {
  readonly #entries: ReadonlySet<string>;

  constructor(entries: readonly string[]) {
    this.#entries = new Set(entries.map((entry) => entry.toLowerCase()));
  }

  /** The loopback names, the host of `listen`, and what `more` lists with commas. */
  static of(listen: string, more: string): HostList {
    const own = listen.startsWith('unix:') ? [] : [hostName(listen)];
    const further = more
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    return new HostList(['localhost', '127.0.0.1', '[::1]', ...own, ...further]);
  }

  /**
   * @param host a `Host` header; a listed name stands for any port (ports are forwarded freely), a
   * listed `NAME:PORT` for that port only
   */
  allows(host: string | undefined): boolean {
    if (host === undefined) return false;
    const lower = host.toLowerCase();
    return this.#entries.has(lower) || this.#entries.has(hostName(lower));
  }
}

/** The name without its port; IPv6 addresses keep their brackets. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '');
}
