import type { Store, StoreFault } from '#domain/store-fault.ts';
import type { Logger } from './logger.ts';

const titles: Readonly<Record<Store, string>> = { postgresql: 'PostgreSQL', redis: 'Redis' };

/** A fault that nobody has met for so long counts as over. */
const forgottenAfterMs = 60_000;

/** How a store is, as the service that holds this sees it. */
export interface StoreReport {
  readonly store: Store;
  /** Absent while all is well. */
  readonly fault?: StoreFault & { readonly since: Date };
}

/**
 * Remembers how a store fails this process, and logs it: one line for each fault of an outage, one when it is over.
 * It is over once something that failed has worked: a read that goes through says nothing of a refused write.
 */
export class StoreHealth {
  readonly #store: Store;
  readonly #logger: Logger;
  #outage: Outage | undefined;

  constructor(store: Store, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  get report(): StoreReport {
    if (this.#outage === undefined || isForgotten(this.#outage)) return { store: this.#store };
    const { fault, since } = this.#outage;
    return { store: this.#store, fault: { ...fault, since } };
  }

  /** @param what was tried: a word for the command or statement, or `connect` */
  failed(what: string, fault: StoreFault, cause: unknown): void {
    if (this.#outage !== undefined && isForgotten(this.#outage)) this.#end();
    this.#outage ??= { fault, since: new Date(), metAt: 0, failing: new Set(), said: new Set() };
    const { failing, said } = this.#outage;
    failing.add(what);
    Object.assign(this.#outage, { fault, metAt: performance.now() });
    if (said.has(fault.code)) return;
    said.add(fault.code);
    const detail = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : String(cause);
    this.#logger[fault.kind === 'operator' ? 'error' : 'warn'](
      { code: fault.code, detail },
      fault.sentence.replace(/\.$/, ''),
    );
  }

  worked(what: string): void {
    if (this.#outage?.failing.has(what)) this.#end();
  }

  #end(): void {
    this.#outage = undefined;
    this.#logger.info(`${titles[this.#store]} serves again`);
  }
}

interface Outage {
  readonly fault: StoreFault;
  readonly since: Date;
  readonly metAt: number;
  readonly failing: Set<string>;
  /** Codes that have their line in the log. */
  readonly said: Set<string>;
}

function isForgotten({ metAt }: Outage): boolean {
  return performance.now() - metAt > forgottenAfterMs;
}
