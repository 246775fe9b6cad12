import { isIP, isIPv6 } from 'node:net';
import { FilemillError } from '#domain/errors.ts';
import { AddressRanges } from '#platform/address-ranges.ts';

/**
 * Addresses that are not on the public internet: the special-purpose registries of IANA (RFC 6890), multicast, and the prefixes by
 * which IPv6 stands for IPv4: NAT64, 6to4, Teredo.
 */
const notPublic = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'],
];

/** All of IPv6 that is public lies here; the rest is reserved, local, or stands for IPv4. */
const publicIpv6 = '2000::/3';

const refused = rangesOf(notPublic);
const routedIpv6 = rangesOf([publicIpv6]);

interface DestinationSettings {
  /** `http:` to public addresses. */
  readonly allowHttp: boolean;
  /** Ranges of private addresses that webhooks may reach, by `http:` too. */
  readonly allowPrivate: readonly string[];
}

/** Decides where webhooks may send. */
export class Destinations {
  readonly #allowHttp: boolean;
  readonly #allowPrivate: AddressRanges;
  readonly #hasPrivate: boolean;

  constructor({ allowHttp, allowPrivate }: DestinationSettings) {
    this.#allowHttp = allowHttp;
    this.#allowPrivate = rangesOf(allowPrivate);
    this.#hasPrivate = allowPrivate.length > 0;
  }

  /** Whether a connection by this protocol may go to this IP address. */
  permit(address: string, protocol: string): boolean {
    if (this.#allowPrivate.contains(address)) return true;
    return isPublic(address) && (protocol === 'https:' || this.#allowHttp);
  }

  /** @throws FilemillError REQUEST_INVALID; names are looked up for each connection only */
  requireUrl(text: string): string {
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol)) throw invalid('must be an https:// URL.');
    if (url.username !== '' || url.password !== '')
      throw invalid('must hold no user name or password: receivers know Filemill by the signature.');
    if (url.protocol === 'http:' && !this.#allowHttp && !this.#hasPrivate)
      throw invalid('must begin with https://. Operators may allow http: FILEMILL_WEBHOOKS_ALLOW_HTTP.');
    const host = hostOf(url);
    if (isIP(host) !== 0 && !this.permit(host, url.protocol)) throw invalid(unreachableText(host));
    url.hash = '';
    return url.href;
  }
}

export function unreachableText(address: string): string {
  return `leads to ${address}, where webhooks may not send. Operators may allow it: FILEMILL_WEBHOOKS_ALLOW_PRIVATE.`;
}

/** An IPv6 address without its brackets. */
export function hostOf({ hostname }: { readonly hostname: string }): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function isPublic(address: string): boolean {
  // An address with a zone belongs to a link.
  if (address.includes('%') || refused.contains(address)) return false;
  return !isIPv6(address) || routedIpv6.contains(address);
}

function rangesOf(ranges: readonly string[]): AddressRanges {
  const made = AddressRanges.of(...ranges);
  if (made === undefined) throw new TypeError('one of the ranges of addresses is malformed');
  return made;
}

function invalid(why: string): FilemillError {
  return new FilemillError('REQUEST_INVALID', `\`url\` ${why}`);
}
