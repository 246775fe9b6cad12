import type { IncomingHttpHeaders } from 'node:http';
import { FilemillError } from '#domain/errors.ts';
import type { HostList } from './host-list.ts';

/** What `Sec-Fetch-Site` says of our own pages, and of addresses that a person typed. */
const ownSites: readonly string[] = ['same-origin', 'none'];

/**
 * Keeps other web sites from using the browser of someone who can reach this server: refuses a foreign
 * `Host`, an `Origin` that is not this very address, and what the browser itself calls cross-site.
 * Clients other than browsers send neither `Origin` nor `Sec-Fetch-Site`.
 *
 * @param page whether a page is asked for, which says nothing of anybody's files: links from elsewhere (a chat, a wiki)
 * may open it, in a window of its own
 * @throws FilemillError ORIGIN_REFUSED
 */
export function guardOrigin(headers: IncomingHttpHeaders, hosts: HostList, page = false): void {
  const { host, origin, 'sec-fetch-site': site } = headers;
  if (!hosts.allows(host))
    throw new FilemillError('ORIGIN_REFUSED', `The host ${JSON.stringify(host ?? '')} is not known here.`);
  if (origin !== undefined && !isSameOrigin(origin, host as string))
    throw new FilemillError('ORIGIN_REFUSED', `Requests from ${JSON.stringify(origin)} are not accepted.`);
  if (site !== undefined && !ownSites.includes(String(site)) && !(page && followsLink(headers)))
    throw new FilemillError('ORIGIN_REFUSED', 'Requests that another site sends are not accepted.');
}

function followsLink({ 'sec-fetch-mode': mode, 'sec-fetch-dest': destination }: IncomingHttpHeaders): boolean {
  return mode === 'navigate' && destination === 'document';
}

function isSameOrigin(origin: string, host: string): boolean {
  const { protocol, host: originHost } = URL.parse(origin) ?? { protocol: '', host: '' };
  return (protocol === 'http:' || protocol === 'https:') && originHost === withoutDefaultPort(host, protocol);
}

/** URL.host leaves the default port out; a `Host` header may name it. */
function withoutDefaultPort(host: string, protocol: string): string {
  return host.toLowerCase().replace(protocol === 'https:' ? /:443$/ : /:80$/, '');
}
