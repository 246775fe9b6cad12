import { tenantFromMessage } from '#contract/quotas.ts';
import { FilemillError } from '#domain/errors.ts';
import { type Quota, quotaSentence, type TenantState } from '#domain/quota.ts';
import type { QuotaService } from '#gen/filemill/internal/v1/quota_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { isUnimplemented } from '#platform/rpc/errors.ts';
import { TokenBucket } from './token-bucket.ts';

/** How long a change, or a deletion, may not be known here. */
const knownForMs = 1_000;
const answerWithinMs = 3_000;
/** Tenants are known from valid credentials alone, yet an issuer may name many. */
const mostTenants = 10_000;

function unlimited(name: string): TenantState {
  return { name, quota: {}, hasOwnQuota: false, files: 0, bytes: 0, paused: false };
}

interface Known {
  state: Promise<TenantState>;
  /** As it was told last; for requests, which wait for nobody. */
  quota: Quota;
  staleAt: number;
  uploads: number;
  readonly requests: TokenBucket;
}

/**
 * What tenants may still do, as this process knows it. That a tenant keeps no more than its quota allows is decided where rows
 * are created; here it is asked before bytes are taken, so that nobody sends them for a refusal.
 */
export class Quotas {
  readonly #service: Pick<RpcClient<typeof QuotaService>, 'getQuota'>;
  readonly #tenants = new Map<string, Known>();

  constructor(service: Pick<RpcClient<typeof QuotaService>, 'getQuota'>) {
    this.#service = service;
  }

  /** Counts a request. @throws FilemillError RATE_LIMITED, which says when to come back */
  countRequest(tenant: string): void {
    const known = this.#known(tenant);
    const { maxRequestsPerMinute: most } = known.quota;
    const waitMs = most === undefined ? 0 : known.requests.take(most);
    if (waitMs === 0) return;
    const message = `The tenant ${tenant} may send ${most} requests a minute.`;
    throw new FilemillError('RATE_LIMITED', message, { retryAfterMs: waitMs, facts: { tenant } });
  }

  /** Takes one of the places for uploads at once. @throws FilemillError RATE_LIMITED */
  enter(tenant: string): Disposable {
    const known = this.#known(tenant);
    const { maxUploads: most = Number.POSITIVE_INFINITY } = known.quota;
    if (known.uploads >= most)
      throw new FilemillError('RATE_LIMITED', `The tenant ${tenant} may have ${most} uploads at once.`, {
        facts: { tenant },
      });
    known.uploads += 1;
    return {
      [Symbol.dispose]: () => {
        known.uploads -= 1;
      },
    };
  }

  /**
   * Files whose keys are known need no more room: their answer may have been lost.
   *
   * @param bytes null: not known yet
   * @throws FilemillError QUOTA_EXCEEDED
   */
  async requireRoom(tenant: string, bytes: number | null, keys: readonly (string | null)[]): Promise<void> {
    const { files, bytes: held, quota } = await this.#known(tenant).state;
    const { maxFiles = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = quota;
    if (files + 1 <= maxFiles && held + (bytes ?? 0) <= maxBytes) return;
    const idempotencyKeys = keys.filter((key) => key !== null);
    if (idempotencyKeys.length > 0) {
      const { knowsAKey } = await this.#service.getQuota({ tenant, idempotencyKeys }, { timeoutMs: answerWithinMs });
      if (knowsAKey) return;
    }
    throw new FilemillError('QUOTA_EXCEEDED', quotaSentence(tenant, quota), { facts: { tenant } });
  }

  #known(tenant: string): Known {
    const known = this.#tenants.get(tenant);
    const now = performance.now();
    if (known !== undefined && now < known.staleAt) return known;
    const state = this.#ask(tenant).catch((error: unknown) => {
      // A metadata service of an earlier version knows no quotas.
      if (error instanceof FilemillError && isUnimplemented(error)) return unlimited(tenant);
      throw error;
    });
    const asked =
      known === undefined ? this.#remember(tenant, state) : Object.assign(known, { state, staleAt: now + knownForMs });
    // Requests wait for nobody, and go by the last answer. What failed is asked again by the next upload.
    state.catch(() => {
      if (asked.state === state) asked.staleAt = 0;
    });
    return asked;
  }

  #remember(tenant: string, state: Promise<TenantState>): Known {
    for (const [name, { uploads }] of this.#tenants) {
      if (this.#tenants.size < mostTenants) break;
      if (uploads === 0) this.#tenants.delete(name);
    }
    const known = {
      state,
      quota: {},
      staleAt: performance.now() + knownForMs,
      uploads: 0,
      requests: new TokenBucket(),
    };
    this.#tenants.set(tenant, known);
    return known;
  }

  async #ask(tenant: string): Promise<TenantState> {
    const { tenant: told } = await this.#service.getQuota({ tenant }, { timeoutMs: answerWithinMs });
    const state = tenantFromMessage(told);
    const known = this.#tenants.get(tenant);
    if (known !== undefined) known.quota = state.quota;
    return state;
  }
}
