import { type Cursor, changesFromNow } from '#adapters/postgres/files/file-changes.ts';
import { FilemillError } from '#domain/errors.ts';
import type { FileRecord } from '#domain/file.ts';
import { isStoreFault } from '#domain/store-fault.ts';
import { sleep } from '#platform/abort.ts';
import { ChangeBox } from '#platform/change-box.ts';
import type { Logger } from '#platform/logger.ts';
import { type FileNews, newsSince } from './change-news.ts';
import { type StatsSources, statsMessage } from './stats-message.ts';

export type NewsBox = ChangeBox<FileRecord, NonNullable<FileNews['stats']>>;

/** Rest between two looks. */
const restMs = 200;
/** What no notification tells of is noticed within this time; statistics are taken as often. */
const pollMs = 1_000;
/** Longest time that changes may wait for a transaction that began before them. */
const patienceMs = 2_000;
const maxReaders = 1_000;

/**
 * One look at the changes for all who watch them, while somebody does: a thousand readers cost PostgreSQL no more
 * than one.
 */
export class ChangeHub {
  readonly #sources: StatsSources;
  readonly #logger: Logger;
  readonly #stopping: AbortSignal;
  readonly #boxes = new Set<NewsBox>();
  #begun: Promise<void> | undefined;
  #cursor: Cursor = '0';
  #movedAt = 0;
  #statsAt = 0;

  constructor({ logger, stopping, ...sources }: ChangeHubOptions) {
    this.#sources = sources;
    this.#logger = logger;
    this.#stopping = stopping;
  }

  /**
   * Every change that is not yet visible when this resolves comes into the box, until it is disposed of.
   *
   * @throws FilemillError OVERLOADED, or UNAVAILABLE when the database is away
   */
  async join(): Promise<{ readonly box: NewsBox } & Disposable> {
    if (this.#boxes.size >= maxReaders) throw new FilemillError('OVERLOADED', 'Too many watch the changes already.');
    const box: NewsBox = new ChangeBox();
    const leave = () => this.#boxes.delete(box);
    this.#boxes.add(box);
    this.#begun ??= this.#begin();
    try {
      await this.#begun;
    } catch (error) {
      leave();
      throw error;
    }
    return { box, [Symbol.dispose]: leave };
  }

  async #begin(): Promise<void> {
    try {
      this.#cursor = await changesFromNow(this.#sources.database);
    } catch (error) {
      this.#begun = undefined;
      throw error;
    }
    this.#movedAt = performance.now();
    void this.#run();
  }

  async #run(): Promise<void> {
    let failing = false;
    while (this.#boxes.size > 0 && !this.#stopping.aborted) {
      // Subscribed before looking, so that no change falls between.
      const changed = this.#sources.changes.next(pollMs, this.#stopping);
      const behind = await this.#look().catch((error: unknown) => {
        if (!failing && !isStoreFault(error))
          this.#logger.warn({ err: error }, 'cannot look at the changes: trying on');
        failing = true;
        return undefined;
      });
      if (behind !== undefined) failing = false;
      await sleep(failing ? pollMs : restMs, this.#stopping);
      if (behind === false) await changed;
    }
    // In the same step as the look at the readers: who joins next begins anew.
    this.#begun = undefined;
  }

  /** Answers whether there are changes that could not be told of yet. */
  async #look(): Promise<boolean> {
    const now = performance.now();
    const stats = await this.#stats(now);
    // The last thing that may fail: once the cursor has moved, what it passed is told.
    const { behind, known: _, ...changes } = await newsSince(this.#sources.database, this.#cursor);
    if (changes.cursor !== this.#cursor || !behind) this.#movedAt = now;
    this.#cursor = changes.cursor;
    const held = now - this.#movedAt > patienceMs;
    if (held) this.#movedAt = now;
    const news: FileNews = { ...changes, lookAgain: changes.lookAgain || held, stats };
    if (news.files.size > 0 || news.lookAgain || stats !== undefined) for (const box of this.#boxes) box.put(news);
    return behind;
  }

  async #stats(now: number): Promise<FileNews['stats']> {
    if (now - this.#statsAt < pollMs) return undefined;
    const stats = await statsMessage(this.#sources);
    this.#statsAt = now;
    return stats;
  }
}

interface ChangeHubOptions extends StatsSources {
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}
