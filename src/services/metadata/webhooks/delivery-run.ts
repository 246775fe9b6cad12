import type { Database } from '#adapters/postgres/database/database.ts';
import {
  type BatchProgress,
  blockedFiles,
  type DueDelivery,
  dueDeliveries,
  enqueueDeliveries,
  type LeasedWebhook,
  noteWebhookHealth,
  type OpenBatch,
  openBatches,
  type Postponed,
  saveProgress,
  settleDeliveries,
} from '#adapters/postgres/webhooks/outbox.ts';
import { recordToJson } from '#contract/json.ts';
import { type Answer, eventId, fileIdOf, fileOfSnapshot, retriedForMs } from '#domain/webhook.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Logger } from '#platform/logger.ts';
import { webhookAnswered, webhookDisabled, webhookPaused } from '#platform/telemetry/events.ts';
import { Health } from './health.ts';
import type { Pace } from './pace.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { Sender } from './sender.ts';

interface RunOptions {
  readonly database: Database;
  readonly sender: Sender;
  readonly pace: Pace;
  readonly logger: Logger;
  /** Whether the lease lasts long enough for one more call. */
  readonly mayCall: () => boolean;
  readonly webhook: LeasedWebhook;
}

/** One event to send. */
interface Item extends Omit<DueDelivery, 'attempts'> {
  readonly fileId: string;
  /** Where its answer is noted: its place in a batch, or its delivery. */
  readonly from: { readonly batch: Progress; readonly n: number } | { readonly attempts: number };
}

interface Progress extends BatchProgress {
  readonly seq: number;
  readonly answers: number[];
}

const mostRetries = 64;
const mostFiles = 512;
const saveEveryMs = 1_000;
/** So that a crash repeats few messages. */
const mostUnsaved = 128;

/** Sends what one webhook has to be told, until nothing is left, it has to pause, or the lease ends. */
export class DeliveryRun {
  webhook: LeasedWebhook;
  readonly #options: RunOptions;
  readonly #health: Health;
  #blocked = new Set<string>();
  #changed = new Set<Progress>();
  #postponed: Postponed[] = [];
  #settled: { readonly id: string; readonly answer: Answer; readonly waitMs: number }[] = [];
  #unsaved = 0;
  #savedAt = performance.now();
  #saving: Promise<void> | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
    this.webhook = options.webhook;
    this.#health = new Health(options.webhook.failures);
  }

  async run(): Promise<void> {
    while (this.#goesOn()) {
      const items = await this.#load();
      if (items.length === 0) break;
      await this.#sendAll(items);
      await this.#save();
    }
  }

  #goesOn(): boolean {
    return this.#health.goesOn && this.#options.mayCall();
  }

  async #load(): Promise<Item[]> {
    const { database, webhook } = this.#options;
    const due = await dueDeliveries(database, webhook.id, mostRetries);
    const batches = await openBatches(database, webhook.id, mostFiles);
    const items = [...due.map(retryItem), ...batches.flatMap(batchItems)];
    const fileIds = batches.flatMap(({ files }) => files.map(fileIdOf));
    this.#blocked = await blockedFiles(database, webhook.id, fileIds);
    return items;
  }

  /** In order for each file. */
  async #sendAll(items: readonly Item[]): Promise<void> {
    const latest = new Map<string, Promise<void>>();
    const rest = items.values();
    const lane = async () => {
      for (const item of rest) {
        if (!this.#goesOn()) return;
        const earlier = latest.get(item.fileId);
        const sent = earlier === undefined ? this.#deliver(item) : earlier.then(() => this.#deliver(item));
        latest.set(item.fileId, sent);
        await sent;
        await this.#saveNowAndThen();
      }
    };
    // A receiver that failed is asked by one call whether it is back.
    const lanes = this.#health.isProbing ? 1 : this.#options.sender.lanes;
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  async #deliver(item: Item): Promise<void> {
    if (!this.#goesOn()) return;
    if ('batch' in item.from && this.#blocked.has(item.fileId)) return this.#postpone(item, undefined);
    await this.#options.pace.turn();
    await failpoint('webhooks.sending');
    const { webhook } = this;
    const target = { url: webhook.url, secrets: [webhook.secret, ...(webhook.oldSecret ? [webhook.oldSecret] : [])] };
    const data = recordToJson(fileOfSnapshot(item.file));
    const message = { id: item.id, type: item.event, timestamp: item.createdAt.toISOString(), data };
    const answer = await this.#options.sender.send(target, message);
    await failpoint('webhooks.sent');
    // What was cut off by the end of this process is not held against the receiver.
    if (answer.error !== '' && !this.#options.mayCall()) return;
    webhookAnswered(this.#options.logger, webhook.id, item.event, answer);
    this.#health.note(answer);
    this.#unsaved += 1;
    if (!('batch' in item.from)) {
      this.#settled.push({ id: item.id, answer, waitMs: retryDelayMs(item.from.attempts + 1) });
    } else if (answer.error !== '') this.#postpone(item, answer);
    else this.#answered(item.from, answer.status);
  }

  #postpone({ id, fileId, event, createdAt, file, from }: Item, answer: Answer | undefined): void {
    if (!('batch' in from)) return;
    this.#blocked.add(fileId);
    const waitMs = answer === undefined ? 0 : retryDelayMs(1);
    this.#postponed.push({ id, fileId, seq: from.batch.seq, event, createdAt, file, answer, waitMs });
    this.#answered(from, -1);
  }

  #answered({ batch, n }: { readonly batch: Progress; readonly n: number }, status: number): void {
    batch.answers[n] = status;
    this.#changed.add(batch);
  }

  /** One lane saves while the others go on. */
  async #saveNowAndThen(): Promise<void> {
    if (this.#saving !== undefined) return;
    if (this.#unsaved < mostUnsaved && performance.now() - this.#savedAt < saveEveryMs) return;
    await this.#save();
  }

  async #save(): Promise<void> {
    await this.#saving;
    this.#saving = this.#write().finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
  }

  async #write(): Promise<void> {
    const { database, webhook } = this.#options;
    const [changed, postponed, settled] = [this.#changed, this.#postponed, this.#settled];
    [this.#changed, this.#postponed, this.#settled] = [new Set(), [], []];
    this.#unsaved = 0;
    this.#savedAt = performance.now();
    const progress = [...changed].map(({ id, answers }) => ({ id, answers: [...answers] }));
    // First, so that a crash in between repeats an event and loses none.
    if (postponed.length > 0) await enqueueDeliveries(database, webhook.id, retriedForMs, postponed);
    if (settled.length > 0) await settleDeliveries(database, settled);
    if (progress.length > 0) await saveProgress(database, progress);
    const health = this.#health.take();
    if (health === undefined) return;
    await noteWebhookHealth(database, webhook.id, health);
    if (health.disabledReason !== '') webhookDisabled(this.#options.logger, webhook.id, health.disabledReason);
    else if (health.pauseMs > 0) webhookPaused(this.#options.logger, webhook.id, health);
  }
}

function retryItem({ attempts, ...due }: DueDelivery): Item {
  return { ...due, fileId: fileIdOf(due.file), from: { attempts } };
}

function batchItems({ id, seq, event, createdAt, files, answers }: OpenBatch): Item[] {
  const batch: Progress = { id, seq, answers: [...(answers ?? files.map(() => 0))] };
  return files.flatMap((file, n) => {
    if (batch.answers[n] !== 0) return [];
    return { id: eventId(id, n), event, createdAt, file, fileId: fileIdOf(file), from: { batch, n } };
  });
}
