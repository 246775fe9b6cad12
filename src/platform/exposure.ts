import { isIP } from 'node:net';
import { z } from 'zod';
import { AddressRanges, loopbackRanges } from './address-ranges.ts';
import { ConfigError } from './config-error.ts';

/** Settings of every service with a listener: who may reach it, and whether callers must say who they are. */
export const exposureSettings = {
  /** `required`: callers of the public ports need a token or a JWT. */
  auth: z.enum(['none', 'required']).default('none'),
  /** `1` accepts anonymous callers on addresses that other machines can reach. */
  allowAnonymous: z
    .enum(['0', '1'])
    .default('0')
    .transform((word) => word === '1'),
} as const;

const loopback = AddressRanges.of(...loopbackRanges);

/** Whether only this machine can reach the listener. */
function isPrivate(listen: string): boolean {
  if (listen.startsWith('unix:')) return true;
  const host = listen.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return host === 'localhost' || (isIP(host) !== 0 && loopback?.contains(host) === true);
}

/**
 * Refuses to open a public port to other machines while anybody may do everything.
 *
 * @param name the setting that holds the address
 * @throws ConfigError
 */
export function requireAuthentication(
  { auth, allowAnonymous }: { readonly auth: 'none' | 'required'; readonly allowAnonymous: boolean },
  listen: string,
  name: string,
): void {
  if (auth === 'required' || allowAnonymous || isPrivate(listen)) return;
  throw new ConfigError(
    `${name} is ${listen}, which other machines can reach, and callers need no credentials: set FILEMILL_AUTH=required ` +
      '(docs/security.md), listen on 127.0.0.1, or set FILEMILL_ALLOW_ANONYMOUS=1 if everyone who can reach it may do everything',
  );
}
