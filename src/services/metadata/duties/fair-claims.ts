import type { Database } from '#adapters/postgres/database/database.ts';
import {
  type Claimant,
  claimDueFiles,
  claimFiles,
  claimFilesInTurn,
  distinct,
  heldFiles,
} from '#adapters/postgres/files/file-claims.ts';
import { type WaitingState, waitingStates } from '#adapters/postgres/files/state-tables.ts';
import { type Waiting, type WaitingQueue, waitingQueues } from '#adapters/postgres/files/waiting-queues.ts';
import { FairShare } from '#domain/fair-share.ts';
import type { ClaimedFile } from '#domain/file.ts';
import type { Priority } from '#domain/priority.ts';

/** How old the list of waiting queues may be. */
export const listTtlMs = 100;
/** How long a call without an answer is repeated. */
const repeatedForMs = 30_000;
/** The most tenants of one priority in a list; the next list has the others. */
const maxListed = 500;

const priorityOf = { INTERACTIVE: 'interactive', PENDING: 'normal', BULK: 'bulk' } as const satisfies Readonly<
  Record<WaitingState, Priority>
>;

const beginning: Readonly<Record<WaitingState, string>> = { INTERACTIVE: '', PENDING: '', BULK: '' };

/**
 * Shares claims among priorities by their weights, and the part of each priority among the tenants that have such files waiting:
 * ten files of one do not wait for a million of another. While one tenant waits alone with files of one priority, its files are
 * claimed as they come.
 */
export class FairClaims {
  readonly #database: Database;
  readonly #priorities = new FairShare();
  #waiting: Waiting = { queues: [], held: [] };
  #listedAt = Number.NEGATIVE_INFINITY;
  /** Where the next list begins. */
  #past = beginning;
  /** Until then the answer to a claim of several queues may be asked for again. */
  #repeatsUntil = Number.NEGATIVE_INFINITY;
  /** The first tenant of the next turn. */
  readonly #next: Record<WaitingState, number> = { INTERACTIVE: 0, PENDING: 0, BULK: 0 };

  constructor(database: Database) {
    this.#database = database;
  }

  /** Claims up to `max` due files. @param repeated whether an earlier call with this token got no answer */
  async due(max: number, claimant: Claimant, repeated: boolean): Promise<readonly ClaimedFile[]> {
    const held = repeated ? await heldFiles(this.#database, claimant.leaseToken) : [];
    if (held.length > 0) return held;
    await this.#list();
    const shared = await this.#inTurn(max, claimant);
    return shared.length === max ? shared : await this.#fill(shared, max, claimant);
  }

  /**
   * Claims as many files as a doorbell named. It rings for a worker that is free: while several queues wait, the worker gets
   * files of each, and what it was named and did not get is rung for again, or claimed in the place of another that was named.
   */
  async named(ids: readonly string[], claimant: Claimant): Promise<readonly ClaimedFile[]> {
    await this.#list();
    // There is nothing to share in one place: a ring that came alone is of a file that has just become due.
    const isShared = this.#isShared && ids.length > 1;
    if (isShared) this.#repeatsUntil = performance.now() + repeatedForMs;
    // A repeated call gets what it has claimed already, though the queue of some of it may be empty by now.
    const held = performance.now() < this.#repeatsUntil ? await heldFiles(this.#database, claimant.leaseToken) : [];
    if (held.length > 0) return held;
    const shared = isShared ? await this.#inTurn(ids.length, claimant) : [];
    if (shared.length === ids.length && shared.length > 0) return shared;
    // The first ones are the oldest, as are those just claimed.
    const rest = await claimFiles(this.#database, ids.slice(shared.length), claimant, this.#waiting.held);
    const files = distinct([...shared, ...rest]);
    const more = files.length < ids.length && this.#waiting.queues.length > 0;
    return more ? await this.#fill(files, ids.length, claimant) : files;
  }

  get #isShared(): boolean {
    return this.#waiting.queues.length > 1;
  }

  async #fill(files: readonly ClaimedFile[], max: number, claimant: Claimant): Promise<readonly ClaimedFile[]> {
    const more = await claimDueFiles(this.#database, max - files.length, claimant, this.#waiting.held);
    return [...files, ...more];
  }

  async #inTurn(max: number, claimant: Claimant): Promise<readonly ClaimedFile[]> {
    if (!this.#isShared) return [];
    const { queues } = this.#waiting;
    const shares = this.#priorities.split(
      waitingStates.filter((state) => queues.some((queue) => queue.state === state)).map((state) => priorityOf[state]),
      max,
    );
    const inTurn = waitingStates.flatMap((state) => this.#turn(state, shares.get(priorityOf[state]) ?? 0));
    return await claimFilesInTurn(this.#database, inTurn, claimant);
  }

  /** The tenants that share these places; those that get one more than others, or one at all, are others each time. */
  #turn(state: WaitingState, places: number): readonly (WaitingQueue & { readonly share: number })[] {
    const queues = this.#waiting.queues.filter((queue) => queue.state === state);
    const first = this.#next[state];
    this.#next[state] = queues.length === 0 ? 0 : (first + places) % queues.length;
    return queues
      .map((_, n) => queues[(first + n) % queues.length] as WaitingQueue)
      .map((queue, n) => ({ ...queue, share: Math.ceil((places - n) / queues.length) }))
      .filter(({ share }) => share > 0);
  }

  async #list(): Promise<void> {
    if (performance.now() - this.#listedAt < listTtlMs) return;
    this.#listedAt = performance.now();
    this.#waiting = await waitingQueues(this.#database, this.#past, maxListed);
    if (this.#waiting.queues.length === 0 && this.#past !== beginning)
      this.#waiting = await waitingQueues(this.#database, beginning, maxListed);
    this.#past = this.#pastOf(this.#waiting.queues);
  }

  /** A list that is full has more behind it. */
  #pastOf(queues: readonly WaitingQueue[]): Readonly<Record<WaitingState, string>> {
    const lists = waitingStates.map((state) => [state, queues.filter((queue) => queue.state === state)] as const);
    if (lists.every(([, list]) => list.length < maxListed)) return beginning;
    const past = lists.map(([state, list]) => [state, list.length < maxListed ? '' : (list.at(-1)?.tenant ?? '')]);
    return Object.fromEntries(past);
  }
}
