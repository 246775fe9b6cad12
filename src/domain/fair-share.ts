import { type Priority, priorities } from './priority.ts';

/** How many places each priority gets of those for which all wait. None is ever left without. */
const weights: Readonly<Record<Priority, number>> = { interactive: 16, normal: 4, bulk: 1 };

/**
 * Shares places among priorities by their weights, over any number of rounds: stride scheduling (C. Waldspurger, W. Weihl,
 * "Stride Scheduling", MIT/LCS/TM-528, 1995). Even if a round has one place, each priority gets its share of the rounds.
 */
export class FairShare {
  /** How much each has had, in units of its weight: the one that has had least is next. */
  readonly #had: Record<Priority, number> = { interactive: 0, normal: 0, bulk: 0 };

  /** How many of `places` each of the waiting priorities gets. */
  split(waiting: readonly Priority[], places: number): ReadonlyMap<Priority, number> {
    const shares = new Map(priorities.filter((one) => waiting.includes(one)).map((one) => [one, 0]));
    if (shares.size === 0) return shares;
    for (let place = 0; place < places; place += 1) {
      const next = [...shares.keys()].reduce((one, other) => (this.#had[other] < this.#had[one] ? other : one));
      this.#had[next] += 1 / weights[next];
      shares.set(next, (shares.get(next) ?? 0) + 1);
    }
    this.#forgiveAbsence(shares);
    return shares;
  }

  /** A priority that did not wait has nothing to catch up on. */
  #forgiveAbsence(shares: ReadonlyMap<Priority, number>): void {
    const least = Math.min(...[...shares.keys()].map((one) => this.#had[one]));
    for (const one of priorities) if (!shares.has(one)) this.#had[one] = Math.max(this.#had[one], least);
  }
}
