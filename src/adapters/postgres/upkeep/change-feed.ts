import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { backoffMs, onAbort, sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';
import type { Database, Statement } from '../database/database.ts';
import { setForSession } from '../database/session.ts';
import { type Cursor, changesFromNow, readChanges } from '../files/file-changes.ts';
import { changeChannel } from '../files/file-rows.ts';

export interface ChangeFeedOptions {
  /** For a separate connection that receives notifications. */
  readonly url: string;
  /** Polled for changes if notifications do not arrive. */
  readonly database: Database;
  readonly logger: Logger;
}

const connectTimeoutMs = 5_000;
/** A notification takes milliseconds. */
const probeTimeoutMs = 2_000;
/** The polling interval if notifications do not arrive. */
const pollMs = 250;
/** A pooler may be reconfigured to deliver notifications. */
const probeAgainMs = 10 * 60_000;

/**
 * Tells listeners that files changed, without saying which. Holds one connection; while it is down, listeners depend on
 * their own slow polling. Behind a pooler that does not deliver notifications, it polls for changes.
 */
export class ChangeFeed implements AsyncDisposable {
  readonly #url: string;
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #listeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #isNotified = true;

  constructor({ url, database, logger }: ChangeFeedOptions) {
    this.#url = url;
    this.#database = database;
    this.#logger = logger;
    this.#running = this.#run();
  }

  /** False while it polls, because notifications do not arrive. */
  get isNotified(): boolean {
    return this.#isNotified;
  }

  /** Calls `listener` after every change until the handle is disposed of. */
  listen(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Resolves at the next change, after `timeoutMs`, or when the signal is aborted. */
  async next(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    using _stop = onAbort(signal, resolve);
    using _change = this.listen(resolve);
    await promise;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const connected = () => {
        attempt = 0;
      };
      try {
        if (!(await this.#hear(signal, connected))) await this.#lookForChanges(signal, connected);
      } catch (error) {
        if (attempt === 0)
          this.#logger.info(
            { detail: error instanceof Error ? error.message : String(error) },
            'the change feed was interrupted: polling until it is back',
          );
        await sleep(200 + backoffMs(attempt), signal);
      }
    }
  }

  /**
   * Listens until the connection ends (rejects) or the feed is stopped.
   *
   * @returns false at once if notifications do not arrive
   */
  async #hear(signal: AbortSignal, connected: () => void): Promise<boolean> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: connectTimeoutMs,
      keepAlive: true,
      application_name: 'filemill-changes',
    });
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    ended.catch(() => undefined);
    client.on('error', reject);
    client.on('end', () => reject(new Error('the connection ended')));
    using _ = onAbort(signal, resolve);
    try {
      await client.connect();
      if (!(await this.#canHear(client))) return false;
      client.on('notification', () => this.#tell());
      await client.query(`listen ${changeChannel}`);
      connected();
      this.#isNotified = true;
      this.#tell();
      await ended;
      return true;
    } finally {
      // A server that does not respond may never close the connection.
      await Promise.race([client.end().catch(() => undefined), sleep(1_000)]);
    }
  }

  /**
   * A pooler delivers notifications in session mode; in transaction mode the session that listens belongs to no client when
   * they arrive. Only a probe tells the modes apart. It is sent from another connection, because a session's own
   * notification comes with the answer. The channel is unique, so a session that is left listening does no harm.
   */
  async #canHear(client: pg.Client): Promise<boolean> {
    if (await setForSession(client, {}, connectTimeoutMs)) return true;
    const channel = `filemill_probe_${randomUUID().replaceAll('-', '')}`;
    const { promise: heard, resolve } = Promise.withResolvers<boolean>();
    client.on('notification', (notification) => notification.channel === channel && resolve(true));
    await client.query(`listen ${channel}`);
    const timer = setTimeout(resolve, probeTimeoutMs, false);
    try {
      await this.#database.query(notify, [channel]);
      return await heard;
    } finally {
      clearTimeout(timer);
      await client.query(`unlisten ${channel}`);
    }
  }

  /** Polls until it is time to probe again, or the feed is stopped. */
  async #lookForChanges(stopping: AbortSignal, connected: () => void): Promise<void> {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(probeAgainMs)]);
    let cursor: Cursor = await changesFromNow(this.#database);
    if (this.#isNotified)
      this.#logger.warn(
        { everyMs: pollMs },
        'this pooler does not deliver notifications, as in its transaction mode: polling for changes instead',
      );
    this.#isNotified = false;
    connected();
    this.#tell();
    while (!signal.aborted) {
      await sleep(pollMs, signal);
      const changes = await readChanges(this.#database, cursor, 1);
      cursor = changes.cursor;
      if (changes.ids.length > 0 || changes.behind || !changes.known) this.#tell();
    }
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

const notify: Statement = { text: `select pg_notify($1, '')` };
