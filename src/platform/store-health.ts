import type { Link } from '#domain/link.ts';
import type { Store, StoreFault, StoreReport } from '#domain/store-fault.ts';
import type { Logger } from './logger.ts';
import { instruments } from './telemetry/instruments.ts';

const titles: Readonly<Record<Store, string>> = { postgresql: 'PostgreSQL', redis: 'Redis' };

/** An outage that returns within this time is not logged again. */
const quietMs = 10_000;

/** A fault that has not occurred for this long counts as over. */
const forgottenAfterMs = 30_000;

/**
 * Tracks the faults of a store as this process sees them, and logs one line for each fault of an outage and one when it is
 * over. An outage is over once an operation that failed has succeeded: a successful read says nothing about writes.
 */
export class StoreHealth {
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #link: Link | undefined;
  readonly #saidAt = new Map<string, number>();
  #outage: Outage | undefined;
  /** Of the store, once it has said so. */
  version: string | undefined;

  constructor(store: Store, logger: Logger, link?: Link) {
    this.#store = store;
    this.#logger = logger;
    this.#link = link;
  }

  /** The state at the latest attempt. */
  get report(): StoreReport {
    const known = { store: this.#store, link: this.#link, version: this.version };
    if (this.#outage === undefined || isForgotten(this.#outage)) return known;
    const { fault, since } = this.#outage;
    return { ...known, fault: { ...fault, since } };
  }

  /** @param what the operation: a word for the command or statement, or `connect` */
  failed(what: string, fault: StoreFault, cause: unknown): void {
    if (this.#outage !== undefined && isForgotten(this.#outage)) this.#end();
    if (this.#outage === undefined) instruments.storeOutages.add(1, { store: this.#store });
    this.#outage ??= { fault, since: new Date(), metAt: 0, failing: new Set(), met: new Set(), told: false };
    const { failing, met } = this.#outage;
    failing.add(what);
    this.#outage.fault = fault;
    this.#outage.metAt = performance.now();
    if (met.has(fault.code)) return;
    met.add(fault.code);
    if (performance.now() - (this.#saidAt.get(fault.code) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    this.#saidAt.set(fault.code, performance.now());
    this.#outage.told = true;
    this.#tell(fault, cause);
  }

  /** Counts a connection. That it was made does not say that it is served. */
  connected(): void {
    instruments.storeConnects.add(1, { store: this.#store });
  }

  worked(what: string): void {
    if (this.#outage?.failing.has(what)) this.#end();
  }

  #tell(fault: StoreFault, cause: unknown): void {
    const detail = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : String(cause);
    this.#logger[fault.kind === 'operator' ? 'error' : 'warn'](
      { code: fault.code, detail },
      fault.sentence.replace(/\.$/, ''),
    );
  }

  #end(): void {
    const told = this.#outage?.told;
    this.#outage = undefined;
    if (told) this.#logger.info({ recovered: true }, `${titles[this.#store]} serves again`);
  }
}

interface Outage {
  fault: StoreFault;
  readonly since: Date;
  metAt: number;
  readonly failing: Set<string>;
  /** The fault codes of this outage. */
  readonly met: Set<string>;
  /** Whether it was logged. */
  told: boolean;
}

function isForgotten({ metAt }: Outage): boolean {
  return performance.now() - metAt > forgottenAfterMs;
}
