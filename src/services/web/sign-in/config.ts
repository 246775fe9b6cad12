import { z } from 'zod';
import { ConfigError } from '#platform/config.ts';
import { issuerUrl } from '#platform/issuer-url.ts';

export const signInSettings = {
  /** As for the metadata service, which checks what the provider issues. */
  oidcIssuer: issuerUrl.optional(),
  oidcAudience: z.string().optional(),
  /** The page signs in with the provider if set. */
  oidcClientId: z.string().optional(),
  /** Absent for a public client, which PKCE alone protects. */
  oidcClientSecret: z.string().optional(),
  /** Asked of the provider; `openid` is one of them. */
  oidcScopes: z
    .string()
    .regex(/(^| )openid( |$)/, 'must hold openid')
    .default('openid profile email'),
} as const;

type Read = z.infer<z.ZodObject<typeof signInSettings>>;

export interface SignInConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly scopes: string;
  /** Which of the provider's tokens the metadata service accepts. */
  readonly proof: 'id_token' | 'access_token';
  /** The public base URL of this server, without a slash at its end. */
  readonly base: string;
}

/** @throws ConfigError */
export function signInConfig(
  settings: Read & { readonly auth: 'none' | 'required'; readonly publicHttp?: string | undefined },
): SignInConfig | undefined {
  const { auth, publicHttp: base, oidcIssuer: issuer, oidcAudience: audience, oidcClientId: clientId } = settings;
  if (clientId === undefined) {
    if (settings.oidcClientSecret === undefined) return undefined;
    throw new ConfigError('FILEMILL_OIDC_CLIENT_SECRET is set, but FILEMILL_OIDC_CLIENT_ID is not');
  }
  if (auth === 'none')
    throw new ConfigError(
      'FILEMILL_OIDC_CLIENT_ID is set, but callers need no credentials: set FILEMILL_AUTH=required',
    );
  if (issuer === undefined || audience === undefined)
    throw new ConfigError(
      'FILEMILL_OIDC_CLIENT_ID is set: set FILEMILL_OIDC_ISSUER and FILEMILL_OIDC_AUDIENCE too, as for the metadata service',
    );
  if (base === undefined)
    throw new ConfigError(
      'FILEMILL_OIDC_CLIENT_ID is set: set FILEMILL_PUBLIC_HTTP to the address at which browsers reach this server, where the provider sends them back',
    );
  const proof = audience === clientId ? 'id_token' : 'access_token';
  return { issuer, clientId, clientSecret: settings.oidcClientSecret, scopes: settings.oidcScopes, proof, base };
}
