import type { Database } from '#adapters/postgres/database/database.ts';
import type { Claimant } from '#adapters/postgres/files/file-claims.ts';
import { releaseFiles } from '#adapters/postgres/files/file-leases.ts';
import type { ChangeFeed } from '#adapters/postgres/upkeep/change-feed.ts';
import type { ClaimedFile } from '#domain/file.ts';
import { onAbort } from '#platform/abort.ts';
import type { Logger } from '#platform/logger.ts';
import type { CallContext } from '#platform/rpc/call-context.ts';
import type { FairClaims } from './fair-claims.ts';

/** Longest sleep while workers wait: files that fall due by the clock are found within it. */
const pollMs = 1_000;

/**
 * Hands due files to waiting workers. One loop serves all of them in turn, woken by new waiters and by changes, so
 * that a thousand idle workers cost one query now and then.
 */
export class DueDispatcher implements AsyncDisposable {
  readonly #options: DueDispatcherOptions;
  readonly #releases = new Set<Promise<unknown>>();
  #running: Promise<void> | undefined;
  #waiters: Waiter[] = [];
  #wake = Promise.withResolvers<void>();

  private constructor(options: DueDispatcherOptions) {
    this.#options = options;
  }

  static start(options: DueDispatcherOptions): DueDispatcher {
    const dispatcher = new DueDispatcher(options);
    dispatcher.#running = dispatcher.#run();
    return dispatcher;
  }

  /** Claims up to `max` due files; waits up to `waitMs` for one, then answers with none. */
  claim(claimant: Claimant, { waitMs, ...request }: ClaimRequest): Promise<readonly ClaimedFile[]> {
    if (this.#options.stopping.aborted) return Promise.resolve([]);
    const { promise, resolve, reject } = Promise.withResolvers<readonly ClaimedFile[]>();
    const until = performance.now() + waitMs;
    this.#waiters.push({ ...request, claimant, until, asked: false, resolve, reject });
    this.#wake.resolve();
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running;
    await Promise.allSettled(this.#releases);
  }

  async #run(): Promise<void> {
    using _change = this.#options.changes.listen(() => this.#wake.resolve());
    using _stop = onAbort(this.#options.stopping, () => this.#wake.resolve());
    while (!this.#options.stopping.aborted) {
      this.#wake = Promise.withResolvers<void>();
      if (await this.#serveAll()) continue;
      const timer = this.#waiters.length === 0 ? undefined : setTimeout(this.#wake.resolve, pollMs);
      await this.#wake.promise;
      clearTimeout(timer);
    }
    for (const waiter of this.#waiters) waiter.resolve([]);
  }

  /** Answers whether a waiter was served and more may be due. */
  async #serveAll(): Promise<boolean> {
    let moreDue = true;
    let served = false;
    for (const waiter of [...this.#waiters]) {
      if (waiter.signal.aborted || (waiter.asked && isExpired(waiter))) this.#settle(waiter, []);
      // A new waiter is always served once: its token may hold claims of a call whose answer was lost.
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
      return await this.#options.claims.due(waiter.max, waiter.claimant, waiter.repeated);
    } catch (error) {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      waiter.reject(error);
      return [];
    }
  }

  #settle(waiter: Waiter, files: readonly ClaimedFile[]): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    if (waiter.signal.aborted && files.length > 0) this.#release(files, waiter.requestId);
    else waiter.resolve(files);
  }

  /** The caller disconnected while its files were claimed. */
  #release(files: readonly ClaimedFile[], requestId: string): void {
    const { database, logger } = this.#options;
    const release = releaseFiles(database, files)
      .catch((error: unknown) =>
        logger.warn(
          { requestId, err: error },
          'cannot release the claims of a caller that is gone: they wait for their lease',
        ),
      )
      .finally(() => this.#releases.delete(release));
    this.#releases.add(release);
  }
}

interface DueDispatcherOptions {
  readonly database: Database;
  readonly claims: FairClaims;
  readonly changes: ChangeFeed;
  readonly logger: Logger;
  /** Ends all waits without files, so that workers turn to another replica. */
  readonly stopping: AbortSignal;
}

interface ClaimRequest extends Pick<CallContext, 'signal' | 'requestId'> {
  readonly max: number;
  readonly waitMs: number;
  /** The token may hold claims of a call whose answer was lost. */
  readonly repeated: boolean;
}

interface Waiter extends Omit<ClaimRequest, 'waitMs'> {
  readonly claimant: Claimant;
  readonly until: number;
  readonly resolve: (files: readonly ClaimedFile[]) => void;
  readonly reject: (error: unknown) => void;
  asked: boolean;
}

function isExpired({ until }: Waiter): boolean {
  return performance.now() >= until;
}
