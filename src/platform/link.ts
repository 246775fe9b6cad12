import type { Link } from '#domain/link.ts';
import { AddressRanges, loopbackRanges } from './address-ranges.ts';

const loopback = AddressRanges.of(...loopbackRanges);

/** Whether the name or address leads to this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || loopback?.contains(host) === true;
}

/** A connection to a host, by TLS as `tls` says. @param host undefined for a socket */
export function linkTo(host: string | undefined, tls?: 'TLS' | 'UNVERIFIED' | undefined): Link {
  return tls ?? (host === undefined || isLoopback(host.replace(/^\[|\]$/g, '')) ? 'LOCAL' : 'CLEAR_TEXT');
}
