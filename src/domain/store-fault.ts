import { FilemillError } from './errors.ts';
import type { Link } from './link.ts';

/** The stores: PostgreSQL holds all state, and Redis the doorbell. */
export type Store = 'postgresql' | 'redis';

/** How a store fails. */
export interface StoreFault {
  /** The store's own code, such as `READONLY` or `25006`; `AWAY` when it does not answer. */
  readonly code: string;
  /** `passing` ends by itself; `operator` needs somebody to act. */
  readonly kind: 'passing' | 'operator';
  /** Whether a new connection may reach a healthy server, as after a failover. */
  readonly reconnect: boolean;
  /** The problem and its remedy, for any caller: it names no host, no path and no secret. */
  readonly sentence: string;
}

/** The state of a store as one process sees it. */
export interface StoreReport {
  readonly store: Store;
  readonly link?: Link | undefined;
  /** Such as `18.1`; absent if it is not known. */
  readonly version?: string | undefined;
  /** Absent while all is well. */
  readonly fault?: StoreFault & { readonly since: Date };
}

/** A line in a store's table of faults; `said` matches the store's answer. */
export interface FaultEntry extends Omit<StoreFault, 'code'> {
  readonly said: RegExp;
}

/** A fault that ends by itself. */
export function passing(said: RegExp, sentence: string, { reconnect = false } = {}): FaultEntry {
  return { said, kind: 'passing', reconnect, sentence };
}

/** A fault that lasts until an operator acts. */
export function lasting(said: RegExp, sentence: string, { reconnect = false } = {}): FaultEntry {
  return { said, kind: 'operator', reconnect, sentence };
}

/** The fault of the first line of the table that matches. */
export function findFault(table: readonly FaultEntry[], code: string, words: string): StoreFault | undefined {
  const entry = table.find(({ said }) => said.test(words));
  return entry && { code, kind: entry.kind, reconnect: entry.reconnect, sentence: entry.sentence };
}

/** The error for callers. The store's own words stay in its cause, for the log. */
export function storeFaultError(store: Store, { code, kind, sentence }: StoreFault, cause: unknown): FilemillError {
  const reason = kind === 'operator' ? 'STORE_REFUSES' : 'UNAVAILABLE';
  return new FilemillError(reason, sentence, { cause, facts: { part: store, code } });
}

/** Whether a store of this process or of another service failed; the owner of its connection has logged that. */
export function isStoreFault(error: unknown, store?: Store): boolean {
  if (!(error instanceof FilemillError)) return false;
  const { part } = error.facts;
  return store === undefined ? part === 'postgresql' || part === 'redis' : part === store;
}
