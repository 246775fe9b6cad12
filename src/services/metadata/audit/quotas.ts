import type { Database } from '#adapters/postgres/database/database.ts';
import { type Held, heldBy, heldByTenants, readQuotas, setQuota } from '#adapters/postgres/quotas/tenants.ts';
import { limitsFiles, type Quota, type TenantState } from '#domain/quota.ts';

/** How long another process may not know of a change. */
const knownForMs = 1_000;

/** The quotas of tenants, as they were a moment ago: asking for them costs a query a second. */
export class Quotas {
  readonly #database: Database;
  readonly #defaults: Quota;
  #own: { readonly quotas: Promise<ReadonlyMap<string, Quota>>; readonly staleAt: number } | undefined;

  constructor(database: Database, defaults: Quota) {
    this.#database = database;
    this.#defaults = defaults;
  }

  /** What a tenant may keep, if that is limited. */
  async limits(): Promise<(tenant: string) => Quota | undefined> {
    const own = await this.#known();
    return (tenant) => {
      const quota = own.get(tenant) ?? this.#defaults;
      return limitsFiles(quota) ? quota : undefined;
    };
  }

  /** What a tenant without a limit holds is not counted. */
  async stateOf(name: string): Promise<TenantState> {
    const own = await this.#known();
    const quota = own.get(name) ?? this.#defaults;
    const held = limitsFiles(quota) ? await heldBy(this.#database, name) : { files: 0, bytes: 0, paused: false };
    return { name, quota, hasOwnQuota: own.has(name), ...held };
  }

  async states(): Promise<readonly TenantState[]> {
    this.#own = undefined;
    const own = await this.#known();
    const held = await heldByTenants(this.#database);
    return held.map((one) => this.#stateOf(one, own.get(one.name)));
  }

  /** @param quota undefined: that of the server's settings again */
  async set(name: string, quota: Quota | undefined): Promise<TenantState> {
    await setQuota(this.#database, name, quota);
    this.#own = undefined;
    return this.#stateOf({ name, ...(await heldBy(this.#database, name)) }, quota);
  }

  #stateOf({ name, files, bytes, paused }: Held & { readonly name: string }, own: Quota | undefined): TenantState {
    return { name, quota: own ?? this.#defaults, hasOwnQuota: own !== undefined, files, bytes, paused };
  }

  #known(): Promise<ReadonlyMap<string, Quota>> {
    const now = performance.now();
    if (this.#own === undefined || now >= this.#own.staleAt)
      this.#own = { quotas: readQuotas(this.#database), staleAt: now + knownForMs };
    return this.#own.quotas;
  }
}
