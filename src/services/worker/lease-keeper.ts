import { maxBatchItems } from '#contract/requests.ts';
import type { ClaimedFile } from '#domain/file.ts';
import { loneLeaseFactor } from '#domain/retry-policy.ts';
import { Lease, Renewals } from '#platform/lease.ts';
import type { Logger } from '#platform/logger.ts';
import { pair } from '#platform/pair.ts';
import type { Span } from '#platform/telemetry/span.ts';
import { startAttempt } from './attempt-spans.ts';
import type { AttemptsClient } from './lifecycle/attempts.ts';

/** Why a claim ended without an outcome. */
export type LossReason = 'FENCED' | 'GONE' | 'EXPIRED' | 'RELEASED';

export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  readonly why: LossReason;

  constructor(why: LossReason) {
    super(`The lease was lost: ${why}`);
    this.why = why;
  }
}

/** Checks per lease time. A lease is renewed once a third of it is used. */
const looksPerLease = 15;
const renewWhenLeft = 2 / 3;

/** Renews the leases of all held claims. */
export class LeaseKeeper implements Disposable {
  readonly #attempts: AttemptsClient;
  readonly #held = new Set<HeldClaim>();
  readonly #renewals: Renewals<HeldClaim>;

  constructor(attempts: AttemptsClient, logger: Logger) {
    this.#attempts = attempts;
    this.#renewals = new Renewals({
      held: () => this.#held,
      whenLeft: renewWhenLeft,
      renew: (claims) => this.#renew(claims),
      maxBatch: maxBatchItems,
      logger,
    });
  }

  /** @param expiresAt on the clock of `performance.now()` */
  hold(file: ClaimedFile, expiresAt: number, leaseMs: number): HeldClaim {
    const claim = new HeldClaim(file, (gone) => this.#held.delete(gone));
    claim.renewed(expiresAt - leaseMs, leaseMs);
    this.#held.add(claim);
    this.#renewals.begin(leaseMs / looksPerLease);
    return claim;
  }

  [Symbol.dispose](): void {
    this.#renewals[Symbol.dispose]();
  }

  async #renew(claims: readonly HeldClaim[]): Promise<void> {
    const sentAt = performance.now();
    const timeoutMs = Math.min(...claims.map((claim) => claim.ms)) / 3;
    const leases = claims.map(({ file }) => file);
    const { outcomes, leaseMs } = await this.#attempts.renew(leases, { timeoutMs });
    for (const [claim, outcome] of pair(claims, outcomes)) {
      if (outcome === 'DONE') claim.renewed(sentAt, leaseMs);
      // A claim that ended while its renewal was in flight has nothing to lose.
      else if (this.#held.has(claim)) claim.lose(outcome);
    }
  }
}

export class HeldClaim extends Lease<LossReason> {
  readonly file: ClaimedFile;
  /** Of this attempt, if the file is traced. */
  readonly span: Span | undefined;
  /** A reading of performance.now(). */
  readonly beganAt = performance.now();
  readonly #forget: (claim: HeldClaim) => void;
  #factor = 1;

  constructor(file: ClaimedFile, forget: (claim: HeldClaim) => void) {
    super();
    this.file = file;
    this.span = startAttempt(file);
    this.#forget = forget;
  }

  /** From now on the longer lease of a file that runs alone applies; `sentAt` is when the metadata service was told. */
  begunAlone(sentAt: number, leaseMs: number): void {
    this.#factor = loneLeaseFactor;
    this.renewed(sentAt, leaseMs);
  }

  override renewed(sentAt: number, leaseMs: number): void {
    super.renewed(sentAt, leaseMs * this.#factor);
  }

  /** Ends the work on the file, if any. */
  override lose(why: LossReason): void {
    this.done();
    super.lose(why);
  }

  /** Stops renewal: the attempt has an outcome. */
  done(): void {
    this.#forget(this);
  }

  protected override loss(why: LossReason): LeaseLost {
    return new LeaseLost(why);
  }
}
