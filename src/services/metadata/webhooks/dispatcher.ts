import { randomUUID } from 'node:crypto';
import type { Database } from '#adapters/postgres/database/database.ts';
import type { ChangeFeed } from '#adapters/postgres/upkeep/change-feed.ts';
import {
  type LeasedWebhook,
  leaseWebhooks,
  releaseWebhook,
  renewWebhooks,
} from '#adapters/postgres/webhooks/outbox.ts';
import { type Duty, startDuty } from '#platform/duty.ts';
import { Lease } from '#platform/lease.ts';
import type { Logger } from '#platform/logger.ts';
import { DeliveryRun } from './delivery-run.ts';
import { Pace } from './pace.ts';
import { callTimeoutMs } from './sender.ts';
import type { Senders } from './senders.ts';

interface DispatcherOptions {
  readonly database: Database;
  readonly changes: ChangeFeed;
  readonly logger: Logger;
  readonly senders: Senders;
}

/** Retries that fall due, and changes without a notification, are found within this time. */
const pollMs = 1_000;
const restMs = 200;
const leaseMs = 25_000;
/** A call that begins now ends before another process may take the webhook. */
const shareForCall = (callTimeoutMs + 2_000) / leaseMs;
const renewEveryMs = 5_000;

class WebhookLease extends Lease<'TAKEN'> {
  protected loss(): Error {
    return new Error('The lease of a webhook is lost.');
  }
}

interface Running {
  readonly run: DeliveryRun;
  readonly lease: WebhookLease;
  readonly ended: Promise<void>;
}

/**
 * Delivers what the outbox holds. Each webhook is served by one process at a time, which has leased it, and by a run of its own: a slow
 * receiver delays no other.
 */
export class WebhookDispatcher implements AsyncDisposable {
  readonly #options: DispatcherOptions;
  readonly #token = randomUUID();
  readonly #running = new Map<string, Running>();
  readonly #pace = new Pace();
  readonly #duty: Duty;
  #renewedAt = 0;
  #isStopping = false;

  private constructor(options: DispatcherOptions) {
    const { logger } = options;
    this.#options = options;
    const round = (signal: AbortSignal) => this.#round(signal);
    this.#duty = startDuty({ name: 'webhook dispatcher', logger, round, maxBackoffMs: 5_000 });
  }

  static start(options: DispatcherOptions): WebhookDispatcher {
    return new WebhookDispatcher(options);
  }

  /** Calls under way are cut off: what they sent is sent again by the next process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await this.#duty[Symbol.asyncDispose]();
    await this.#options.senders[Symbol.asyncDispose]();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  async #round(signal: AbortSignal): Promise<number> {
    const { database, changes } = this.#options;
    // Subscribed before the query, so that no change is missed.
    const next = changes.next(pollMs, signal);
    await this.#renew();
    const sentAt = performance.now();
    const leased = await leaseWebhooks(database, this.#token, leaseMs, [...this.#running.keys()]);
    for (const webhook of leased) await this.#serve(webhook, sentAt);
    await next;
    return restMs;
  }

  async #serve(webhook: LeasedWebhook, sentAt: number): Promise<void> {
    const { database, logger, senders } = this.#options;
    const lease = new WebhookLease();
    lease.renewed(sentAt, leaseMs);
    const mayCall = () => !this.#isStopping && lease.isHeld() && !lease.isDue(shareForCall);
    const sender = await senders.of(webhook.kind);
    const run = new DeliveryRun({ database, pace: this.#pace, logger, webhook, mayCall, sender });
    const ended = run
      .run()
      .catch((error: unknown) => logger.debug({ webhook: webhook.id, err: error }, 'deliveries were interrupted'))
      .then(() => releaseWebhook(database, this.#token, webhook.id))
      // Otherwise its lease runs out.
      .catch(() => undefined)
      .finally(() => this.#running.delete(webhook.id));
    this.#running.set(webhook.id, { run, lease, ended });
  }

  async #renew(): Promise<void> {
    const sentAt = performance.now();
    if (this.#running.size === 0 || sentAt - this.#renewedAt < renewEveryMs) return;
    this.#renewedAt = sentAt;
    const asked = [...this.#running];
    const ids = asked.map(([id]) => id);
    const held = await renewWebhooks(this.#options.database, this.#token, leaseMs, ids);
    for (const [id, { run, lease }] of asked) {
      const webhook = held.find((one) => one.id === id);
      if (webhook === undefined) lease.lose('TAKEN');
      else {
        lease.renewed(sentAt, leaseMs);
        run.webhook = webhook;
      }
    }
  }
}
