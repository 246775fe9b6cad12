import type { Database } from '#adapters/postgres/database/database.ts';
import {
  type Claimant,
  claimDueFiles,
  claimFiles,
  claimFilesInTurn,
  heldFiles,
  waitingTenants,
} from '#adapters/postgres/files/file-claims.ts';
import type { ClaimedFile } from '#domain/file.ts';

/** How old the list of waiting tenants may be. */
const listTtlMs = 100;
/** Of more tenants, each list has the next ones. */
const maxListed = 500;

/**
 * Shares claims among the tenants that have files waiting, so that ten files of one do not wait for a million of another.
 * While one tenant waits alone, its files are claimed as they come.
 */
export class FairClaims {
  readonly #database: Database;
  #listed: readonly string[] = [];
  #listedAt = Number.NEGATIVE_INFINITY;
  /** The first of the next turn. */
  #next = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Claims up to `max` due files. @param repeated whether an earlier call with this token got no answer */
  async due(max: number, claimant: Claimant, repeated: boolean): Promise<readonly ClaimedFile[]> {
    const held = repeated ? await heldFiles(this.#database, claimant.leaseToken) : [];
    if (held.length > 0) return held;
    const shared = await this.#inTurn(await this.#turn(max), max, claimant);
    if (shared.length === max) return shared;
    return [...shared, ...(await claimDueFiles(this.#database, max - shared.length, claimant))];
  }

  /**
   * Claims as many files as a doorbell named. It rings for a worker that is free: while several tenants wait, the worker gets
   * files of each, and what it was named and did not get is rung for again.
   */
  async named(ids: readonly string[], claimant: Claimant): Promise<readonly ClaimedFile[]> {
    const tenants = await this.#turn(ids.length);
    // A repeated call gets what it has claimed already.
    const held = tenants.length > 1 ? await heldFiles(this.#database, claimant.leaseToken) : [];
    if (held.length > 0) return held;
    const shared = await this.#inTurn(tenants, ids.length, claimant);
    if (shared.length === ids.length && shared.length > 0) return shared;
    // The first ones are the oldest, as are those just claimed.
    const rest = await claimFiles(this.#database, ids.slice(shared.length), claimant);
    return [...new Map([...shared, ...rest].map((file) => [file.id, file])).values()];
  }

  async #inTurn(tenants: readonly string[], max: number, claimant: Claimant): Promise<readonly ClaimedFile[]> {
    if (tenants.length < 2) return [];
    return await claimFilesInTurn(this.#database, tenants, Math.floor(max / tenants.length), claimant);
  }

  /** The tenants that share `max` files; of more tenants than files, others each time. */
  async #turn(max: number): Promise<readonly string[]> {
    await this.#list();
    if (this.#listed.length <= Math.max(1, max)) return this.#listed;
    const first = this.#next % this.#listed.length;
    this.#next = first + max;
    return [...this.#listed, ...this.#listed].slice(first, first + max);
  }

  async #list(): Promise<void> {
    if (performance.now() - this.#listedAt < listTtlMs) return;
    this.#listedAt = performance.now();
    const after = this.#listed.length === maxListed ? this.#listed.at(-1) : undefined;
    this.#listed = await waitingTenants(this.#database, after ?? '', maxListed);
    if (this.#listed.length === 0 && after !== undefined)
      this.#listed = await waitingTenants(this.#database, '', maxListed);
  }
}
