import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { isLoopback } from './link.ts';

/** Settings of every service with a listener: who may reach it, and whether callers must say who they are. */
export const exposureSettings = {
  /** Shared by web and upload, which believes web by it the addresses of its clients. */
  webToken: z
    .string()
    .transform((text) => text.trim())
    .refine((token) => token.length >= 32, 'must be at least 32 random characters')
    .optional(),
  /** `required`: callers of the public ports need a token or a JWT. */
  auth: z.enum(['none', 'required']).default('none'),
  /** `1` accepts anonymous callers on addresses that other machines can reach. */
  allowAnonymous: z
    .enum(['0', '1'])
    .default('0')
    .transform((word) => word === '1'),
} as const;

/** Settings of every service that calls another one, or that only others call. */
export const serviceSettings = {
  /** Shared by all services: internal listeners refuse calls without it. */
  serviceToken: z
    .string()
    .min(24, 'must have at least 24 characters, such as those of `openssl rand -hex 32`')
    .regex(/^(?!fm_)[\x21-\x7e]+$/, 'must be of printable ASCII, and no token of a client')
    .optional(),
} as const;

/** Whether only this machine can reach the listener. */
function isPrivate(listen: string): boolean {
  if (listen.startsWith('unix:')) return true;
  return isLoopback(listen.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''));
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

/**
 * Refuses to open an internal port to other machines while anybody may call it.
 *
 * @throws ConfigError
 */
export function requireServiceCredentials(
  settings: {
    readonly serviceToken?: string | undefined;
    readonly tlsClientCa?: string | undefined;
    readonly allowAnonymous: boolean;
  },
  listen: string,
): void {
  const { serviceToken, tlsClientCa, allowAnonymous } = settings;
  if (serviceToken !== undefined || tlsClientCa !== undefined || allowAnonymous || isPrivate(listen)) return;
  throw new ConfigError(
    `FILEMILL_GRPC_LISTEN is ${listen}, which other machines can reach, and whoever calls it is believed to be a service: ` +
      'set FILEMILL_SERVICE_TOKEN for all services or FILEMILL_TLS_CLIENT_CA (docs/security.md), listen on 127.0.0.1, or set ' +
      'FILEMILL_ALLOW_ANONYMOUS=1 if nobody else can reach it',
  );
}
