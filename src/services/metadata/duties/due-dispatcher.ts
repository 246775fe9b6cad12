import type { Database } from '#adapters/postgres/database/database.ts';
import { type Claimant, claimDueFiles } from '#adapters/postgres/files/file-claims.ts';
import { releaseFiles } from '#adapters/postgres/files/file-leases.ts';
import type { ChangeFeed } from '#adapters/postgres/upkeep/change-feed.ts';
import type { ClaimedFile } from '#domain/file.ts';
import { onAbort } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';

/** Longest sleep while workers wait: what falls due by the clock is noticed within it. */
const pollMs = 1_000;

/**
 * Hands due files to the workers that wait for them. One loop serves all of them in turn, woken by new
 * waiters and by changes, so that a thousand idle workers cost one query now and then.
 */
export class DueDispatcher implements AsyncDisposable {
  readonly #database: Database;
  readonly #changes: ChangeFeed;
  readonly #logger: Logger;
  readonly #stopping: AbortSignal;
  readonly #releases = new Set<Promise<unknown>>();
  #running: Promise<void> | undefined;
  #waiters: Waiter[] = [];
  #wake = Promise.withResolvers<void>();

  private constructor({ database, changes, logger, stopping }: DueDispatcherOptions) {
    this.#database = database;
    this.#changes = changes;
    this.#logger = logger;
    this.#stopping = stopping;
  }

  static start(options: DueDispatcherOptions): DueDispatcher {
    const dispatcher = new DueDispatcher(options);
    dispatcher.#running = dispatcher.#run();
    return dispatcher;
  }

  /** Claims up to `max` due files; waits up to `waitMs` when none is due, then answers with none. */
  claim(
    claimant: Claimant,
    options: { max: number; waitMs: number; repeated: boolean } & Pick<CallContext, 'signal' | 'requestId'>,
  ): Promise<readonly ClaimedFile[]> {
    if (this.#stopping.aborted) return Promise.resolve([]);
    const { promise, resolve, reject } = Promise.withResolvers<readonly ClaimedFile[]>();
    this.#waiters.push({
      claimant,
      max: options.max,
      repeated: options.repeated,
      signal: options.signal,
      requestId: options.requestId,
      until: performance.now() + options.waitMs,
      asked: false,
      resolve,
      reject,
    });
    this.#wake.resolve();
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running;
    await Promise.allSettled(this.#releases);
  }

  async #run(): Promise<void> {
    using _change = this.#changes.listen(() => this.#wake.resolve());
    using _stop = onAbort(this.#stopping, () => this.#wake.resolve());
    while (!this.#stopping.aborted) {
      this.#wake = Promise.withResolvers<void>();
      if (await this.#serveAll()) continue;
      const timer = this.#waiters.length === 0 ? undefined : setTimeout(this.#wake.resolve, pollMs);
      await this.#wake.promise;
      clearTimeout(timer);
    }
    for (const waiter of this.#waiters) waiter.resolve([]);
  }

  /** True when somebody was served and more may be due. */
  async #serveAll(): Promise<boolean> {
    let moreDue = true;
    let served = false;
    for (const waiter of [...this.#waiters]) {
      if (waiter.signal.aborted || (waiter.asked && isExpired(waiter))) this.#settle(waiter, []);
      // A new waiter is always asked for once: its token may hold claims of a call whose answer was lost.
      else if (moreDue || !waiter.asked) {
        const files = await this.#serve(waiter);
        if (files.length > 0) served = true;
        else moreDue = false;
        if (files.length > 0 || isExpired(waiter)) this.#settle(waiter, files);
      }
    }
    return served;
  }

  async #serve(waiter: Waiter): Promise<readonly ClaimedFile[]> {
    waiter.asked = true;
    try {
      return await claimDueFiles(this.#database, waiter.max, waiter.claimant, waiter.repeated);
    } catch (error) {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      waiter.reject(error);
      return [];
    }
  }

  #settle(waiter: Waiter, files: readonly ClaimedFile[]): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    if (waiter.signal.aborted && files.length > 0) this.#giveBack(files, waiter.requestId);
    else waiter.resolve(files);
  }

  /** The caller went away while its files were claimed. */
  #giveBack(files: readonly ClaimedFile[], requestId: string): void {
    const release = releaseFiles(this.#database, files)
      .catch((error: unknown) =>
        this.#logger.warn({ requestId, err: error }, 'claims of a lost caller wait for their lease'),
      )
      .finally(() => this.#releases.delete(release));
    this.#releases.add(release);
  }
}

interface DueDispatcherOptions {
  readonly database: Database;
  readonly changes: ChangeFeed;
  readonly logger: Logger;
  /** Answers all who wait with nothing, so that they turn elsewhere. */
  readonly stopping: AbortSignal;
}

interface Waiter {
  readonly claimant: Claimant;
  readonly max: number;
  /** Its token may hold claims of a call whose answer was lost. */
  readonly repeated: boolean;
  readonly signal: AbortSignal;
  readonly requestId: string;
  readonly until: number;
  readonly resolve: (files: readonly ClaimedFile[]) => void;
  readonly reject: (error: unknown) => void;
  asked: boolean;
}

function isExpired({ until }: Waiter): boolean {
  return performance.now() >= until;
}
