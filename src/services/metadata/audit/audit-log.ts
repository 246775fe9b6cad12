import { randomUUIDv7 } from 'node:crypto';
import { insertEvents } from '#adapters/postgres/audit/events.ts';
import type { Database } from '#adapters/postgres/database/database.ts';
import { type AuditAction, type AuditDetail, type AuditEvent, actorOf } from '#domain/audit.ts';
import { Batcher } from '#platform/batcher.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';

/** What else belongs to an event. */
export interface About {
  /** By default that of the caller. */
  readonly tenant?: string;
  readonly object?: string;
  readonly detail?: AuditDetail;
}

/** Records events before the answer: concurrent calls share one statement. */
export class AuditLog {
  readonly #batcher: Batcher<AuditEvent, true>;

  constructor(database: Database) {
    this.#batcher = new Batcher(
      async (events) => {
        await insertEvents(database, events);
        return events.map(() => true as const);
      },
      { name: 'audit' },
    );
  }

  /** Resolves when the events are committed. */
  async add(events: readonly AuditEvent[]): Promise<void> {
    if (events.length > 0) await this.#batcher.addAll(events);
  }

  /** Records what the caller of an RPC did. */
  async record(context: CallContext, action: AuditAction, ...abouts: readonly About[]): Promise<void> {
    const actor = actorOf(context);
    await this.add(
      abouts.map(({ tenant = context.caller.tenant, object = '', detail = null }) => {
        return { id: randomUUIDv7(), actor, tenant, action, object, detail };
      }),
    );
  }
}
