import { FilemillError } from './errors.ts';

/** What a caller may do. `admin` may do everything, in every tenant. */
export const scopes = ['upload', 'read', 'retry', 'delete', 'webhooks', 'admin'] as const;

export type Scope = (typeof scopes)[number];

/** The tenant of callers without credentials, and of files from the time before there were tenants. */
export const defaultTenant = 'default';

export interface Identity {
  /** `service`: another service of this system, on its own behalf. */
  readonly kind: 'anonymous' | 'token' | 'session' | 'jwt' | 'service';
  /** The id of the token or session, the subject of the JWT; empty for the others. */
  readonly id: string;
  /** A name for people. */
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** When the credentials expire, in milliseconds since the epoch; absent if they do not. */
  readonly expiresAt?: number | undefined;
}

/** Where authentication is not configured, everyone may do everything. */
export const anonymous: Identity = { kind: 'anonymous', id: '', name: 'anonymous', tenant: defaultTenant, scopes };

/** Whoever calls what is open to everyone. Without it, the call would be one of a service on its own behalf. */
export const nobody: Identity = { ...anonymous, scopes: [] };

export const aService: Identity = { kind: 'service', id: '', name: 'a service', tenant: defaultTenant, scopes };

/** What a call demands of its caller: a scope, `any` known caller, or nothing (`open`). */
export type Need = Scope | 'any' | 'open';

/** @throws FilemillError PERMISSION_DENIED */
export function requireScope({ scopes }: Identity, need: Exclude<Need, 'open'>): void {
  if (need === 'any' || scopes.includes(need) || scopes.includes('admin')) return;
  throw new FilemillError('PERMISSION_DENIED', `This needs the scope "${need}", which the credentials do not have.`, {
    facts: { scope: need },
  });
}

/** The tenant whose files this identity sees; undefined for all tenants. */
export function reachOf({ scopes, tenant }: Pick<Identity, 'scopes' | 'tenant'>): string | undefined {
  return scopes.includes('admin') ? undefined : tenant;
}

/** One sentence for all that can be wrong with credentials, so that a stranger learns nothing from it. */
export function invalidCredentials(): FilemillError {
  return new FilemillError('UNAUTHENTICATED', 'The credentials are not valid, or not any longer.');
}

/** A name of a tenant: visible ASCII that needs no quoting in a shell, a URL or a log. */
export function isTenantName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,62}$/.test(name);
}
