import { FilemillError } from './errors.ts';

/** What the services keep their state in, and the doorbell between them. */
export type Store = 'postgresql' | 'redis';

/** How a store fails those that depend on it. */
export interface StoreFault {
  /** The store's own word for it, such as `READONLY` or `25006`; `AWAY` when it does not answer. */
  readonly code: string;
  /** `passing` ends by itself; with `operator`, somebody has to change something first. */
  readonly kind: 'passing' | 'operator';
  /** Whether a new connection may reach a server that is better off, as after a failover. */
  readonly reconnect: boolean;
  /** What is wrong and what helps, for anyone to read: it names no host, no path and no secret. */
  readonly sentence: string;
}

/** How a store is, as one process sees it. */
export interface StoreReport {
  readonly store: Store;
  /** Absent while all is well. */
  readonly fault?: StoreFault & { readonly since: Date };
}

/** One line of a store's table of faults; `said` is what it answers, from the first word on. */
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

/** The first line of the table that fits what the store said. */
export function findFault(table: readonly FaultEntry[], code: string, words: string): StoreFault | undefined {
  const entry = table.find(({ said }) => said.test(words));
  return entry && { code, kind: entry.kind, reconnect: entry.reconnect, sentence: entry.sentence };
}

/** What callers are told. The store's own words stay in the cause, for the log. */
export function storeFaultError(store: Store, { code, kind, sentence }: StoreFault, cause: unknown): FilemillError {
  const reason = kind === 'operator' ? 'STORE_REFUSES' : 'UNAVAILABLE';
  return new FilemillError(reason, sentence, { cause, facts: { part: store, code } });
}

/** Whether a store failed, be it one of this process or of a service that was called: whoever holds it has logged it. */
export function isStoreFault(error: unknown, store?: Store): boolean {
  if (!(error instanceof FilemillError)) return false;
  const { part } = error.facts;
  return store === undefined ? part === 'postgresql' || part === 'redis' : part === store;
}
