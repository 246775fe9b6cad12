import pg from 'pg';
import { backoffMs, sleep } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';
import { changeChannel } from './file-rows.ts';

/**
 * Tells listeners that some files changed, without saying which: they look for themselves. Holds one
 * connection; while it is down, listeners depend on their own slow polling.
 */
export class ChangeFeed implements AsyncDisposable {
  readonly #url: string;
  readonly #logger: Logger;
  readonly #listeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(url: string, logger: Logger) {
    this.#url = url;
    this.#logger = logger;
    this.#running = this.#run();
  }

  /** Calls `listener` after every change until the returned handle is disposed. */
  listen(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Resolves at the next change, after `timeoutMs`, or when the signal is aborted. */
  async next(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    using _ = this.listen(resolve);
    await promise;
    signal.removeEventListener('abort', stop);
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.#hear(signal, () => {
          attempt = 0;
        });
      } catch (error) {
        if (attempt === 0) this.#logger.warn({ err: error }, 'the change feed was cut: polling until it is back');
        await sleep(200 + backoffMs(attempt), signal);
      }
    }
  }

  /** Listens until the connection ends (rejects) or the feed is stopped. */
  async #hear(signal: AbortSignal, connected: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      keepAlive: true,
      application_name: 'filemill-changes',
    });
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    ended.catch(() => undefined);
    client.on('error', reject);
    client.on('end', () => reject(new Error('the connection ended')));
    client.on('notification', () => this.#tell());
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await client.connect();
      await client.query(`listen ${changeChannel}`);
      connected();
      this.#tell();
      await ended;
    } finally {
      signal.removeEventListener('abort', stop);
      // A server that has fallen silent may never say goodbye.
      await Promise.race([client.end().catch(() => undefined), sleep(1_000, new AbortController().signal)]);
    }
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
