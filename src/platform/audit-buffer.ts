import { randomUUIDv7 } from 'node:crypto';
import { type AuditAction, type AuditDetail, type AuditEvent, actorOf, isKnown } from '#domain/audit.ts';
import { type Duty, startDuty } from './duty.ts';
import type { Logger } from './logger.ts';
import type { CallContext } from './rpc/call-context.ts';

export interface AuditBufferOptions {
  readonly write: (events: readonly AuditEvent[]) => Promise<unknown>;
  readonly logger: Logger;
  readonly everyMs?: number;
}

/** What was read. */
interface About {
  readonly tenant?: string;
  readonly object?: string;
  readonly detail?: AuditDetail;
}

/** The most events that are kept while they cannot be written. */
const mostWaiting = 20_000;
const mostWritten = 1_000;
const repeatedWithinMs = 60_000;
const mostRemembered = 50_000;

/**
 * Events that nobody waits for are written together once a second, and when the service stops; a crash loses those of the last
 * second. A read that its caller repeats within a minute is one event.
 */
export class AuditBuffer implements AsyncDisposable {
  readonly #options: AuditBufferOptions;
  readonly #duty: Duty;
  #waiting: AuditEvent[] = [];
  #lost = 0;
  #recent = new Set<string>();
  #recentSince = Number.NEGATIVE_INFINITY;

  private constructor(options: AuditBufferOptions) {
    const { logger, everyMs = 1_000 } = options;
    this.#options = options;
    this.#duty = startDuty({
      name: 'audit',
      logger,
      maxBackoffMs: 5_000,
      round: async () => {
        await this.#flush();
        return everyMs;
      },
    });
  }

  static start(options: AuditBufferOptions): AuditBuffer {
    return new AuditBuffer(options);
  }

  add(event: Omit<AuditEvent, 'id'>): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push({ id: randomUUIDv7(), ...event });
    else this.#lost += 1;
  }

  /** Records that the caller has read something, unless it is anonymous. */
  read(context: CallContext, action: AuditAction, ...abouts: readonly About[]): void {
    if (!isKnown(context.caller)) return;
    const actor = actorOf(context);
    for (const { tenant = context.caller.tenant, object = '', detail = null } of abouts)
      if (object === '' || this.#isNew(`${actor.kind} ${actor.id} ${actor.address} ${action} ${object}`))
        this.add({ actor, tenant, action, object, detail });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#duty[Symbol.asyncDispose]();
    await this.#flush().catch((error: unknown) => {
      this.#options.logger.warn({ err: error, events: this.#waiting.length }, 'events of the audit are lost');
    });
  }

  #isNew(read: string): boolean {
    const now = performance.now();
    if (now - this.#recentSince > repeatedWithinMs || this.#recent.size >= mostRemembered) {
      this.#recent = new Set();
      this.#recentSince = now;
    }
    if (this.#recent.has(read)) return false;
    this.#recent.add(read);
    return true;
  }

  async #flush(): Promise<void> {
    if (this.#lost > 0) this.#options.logger.warn({ events: this.#lost }, 'events of the audit are lost');
    this.#lost = 0;
    while (this.#waiting.length > 0) {
      const events = this.#waiting.slice(0, mostWritten);
      await this.#options.write(events);
      this.#waiting.splice(0, events.length);
    }
  }
}
