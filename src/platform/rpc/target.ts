import type { Link } from '#domain/link.ts';
import { linkTo } from '../link.ts';

/**
 * Targets of gRPC clients: `HOST:PORT`, a name for the library's resolver such as `dns:///HOST:PORT`, or `unix:/PATH`, all
 * in clear text, and `https://HOST[:PORT]` for TLS.
 */

const secure = /^https:\/\//i;

export function isSecure(target: string): boolean {
  return secure.test(target);
}

/** The target as grpc-js takes it. */
export function addressOf(target: string): string {
  return isSecure(target) ? `dns:${authorityOf(target)}` : target;
}

/** `HOST:PORT` of a target; undefined for a socket. */
export function authorityOf(target: string): string | undefined {
  if (/^unix(-abstract)?:/.test(target)) return undefined;
  const address = target.replace(/^(https:\/\/|dns:(\/\/[^/]*\/)?|ipv[46]:)/i, '').replace(/\/$/, '');
  return /^[^:]+$|\]$/.test(address) ? `${address}:443` : address;
}

/** The host of a target in lower case, without brackets; undefined for a socket. */
export function hostOf(target: string): string | undefined {
  return authorityOf(target)
    ?.replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
}

/** How connections to the target are protected. */
export function linkOfTarget(target: string): Link {
  return linkTo(hostOf(target), isSecure(target) ? 'TLS' : undefined);
}
