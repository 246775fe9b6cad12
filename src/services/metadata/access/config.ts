import { z } from 'zod';
import { isTenantName } from '#domain/access.ts';
import { parseToken, type Token } from '#domain/token.ts';
import { ConfigError } from '#platform/config.ts';
import { issuerUrl } from '#platform/issuer-url.ts';
import type { OidcSettings } from './jwt-check.ts';

const secretKeys = z
  .string()
  .transform((text) => text.split(',').map((key) => key.trim()))
  .refine(
    (keys) => keys.every((key) => key.length >= 32),
    'must be at least 32 random characters; commas separate several keys',
  );

const adminToken = z.string().transform((text, context): Token => {
  const token = parseToken(text);
  if (token !== undefined) return token;
  context.addIssue({ code: 'custom', message: 'must be a token that `filemill token mint` printed' });
  return z.NEVER;
});

/** Signatures with a public key; `none` and shared secrets are never accepted. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

export const identitySettings = {
  /** The key of the HMAC under which tokens are stored; several, separated by commas, while keys are exchanged. */
  tokenKey: secretKeys.optional(),
  /** A token of the operator, which is not in the database and may do everything. */
  adminToken: adminToken.optional(),
  /** The provider whose JWTs are accepted. */
  oidcIssuer: issuerUrl.optional(),
  /** The audience that a JWT must name. */
  oidcAudience: z.string().optional(),
  /** By default the issuer says where its keys are. */
  oidcJwksUrl: issuerUrl.optional(),
  /** Algorithms of signatures that are accepted, separated by commas. */
  oidcAlgorithms: z
    .string()
    .default('RS256,PS256,ES256,EdDSA')
    .transform((text) => text.split(',').map((name) => name.trim()))
    .refine((names) => names.every((name) => (algorithms as readonly string[]).includes(name)), {
      error: `must list some of ${algorithms.join(', ')}`,
    }),
  /** The claim that names the tenant. */
  oidcTenantClaim: z.string().default('tenant'),
  /** The tenant of every JWT, in place of a claim. */
  oidcTenant: z
    .string()
    .refine(isTenantName, 'must be lower-case letters, digits, ".", "_" and "-", at most 63')
    .optional(),
} as const;

type Read = z.infer<z.ZodObject<typeof identitySettings>>;

export interface IdentityConfig {
  /** The first is for new tokens. */
  readonly tokenKeys: readonly string[];
  readonly adminToken: Token | undefined;
  readonly oidc: OidcSettings | undefined;
}

/** @throws ConfigError */
export function identityConfig(settings: Read & { readonly auth: 'none' | 'required' }): IdentityConfig {
  const { auth, tokenKey, adminToken, oidcIssuer: issuer, oidcAudience: audience } = settings;
  if (auth === 'none') {
    const [set] = [tokenKey && 'TOKEN_KEY', adminToken && 'ADMIN_TOKEN', issuer && 'OIDC_ISSUER'].filter(Boolean);
    if (set)
      throw new ConfigError(`FILEMILL_${set} is set, but callers need no credentials: set FILEMILL_AUTH=required`);
    return { tokenKeys: [], adminToken, oidc: undefined };
  }
  if (tokenKey === undefined && issuer === undefined)
    throw new ConfigError('FILEMILL_AUTH is required: set FILEMILL_TOKEN_KEY, FILEMILL_OIDC_ISSUER or both');
  if (issuer !== undefined && !audience)
    throw new ConfigError('FILEMILL_OIDC_AUDIENCE is not set: without it, tokens for other services would be accepted');
  return { tokenKeys: tokenKey ?? [], adminToken, oidc: oidcOf(settings) };
}

function oidcOf(settings: Read): OidcSettings | undefined {
  const { oidcIssuer: issuer, oidcAudience: audience, oidcAlgorithms, oidcTenantClaim, oidcTenant } = settings;
  if (issuer === undefined || audience === undefined) return undefined;
  const tenancy = { tenant: oidcTenant, tenantClaim: oidcTenantClaim };
  return { issuer, audience, jwksUrl: settings.oidcJwksUrl, algorithms: oidcAlgorithms, ...tenancy };
}
