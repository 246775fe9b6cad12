import { FilemillError } from '#domain/errors.ts';
import { onAbort } from './abort.ts';

/** The changes that one reader has not seen yet. */
export interface ChangeNews<File, Stats> {
  /** Where to resume. */
  readonly cursor: string;
  /** The latest state of each changed file, by id; null if it was deleted. */
  readonly files: ReadonlyMap<string, File | null>;
  /** More has changed than is listed. */
  readonly lookAgain: boolean;
  readonly stats?: Stats | undefined;
}

/** The most files in one piece of news; beyond that a reader should load its page again. */
export const maxToldFiles = 500;

/**
 * Holds the news for one reader until it takes them. Later news are merged in, so that a slow reader skips steps but never
 * the last state, and needs memory for one piece of news only.
 */
export class ChangeBox<File, Stats> {
  #news: ChangeNews<File, Stats> | undefined;
  #came = Promise.withResolvers<void>();

  put(newer: ChangeNews<File, Stats>): void {
    this.#news = this.#news === undefined ? newer : merged(this.#news, newer);
    this.#came.resolve();
  }

  /** Takes the news, or waits up to `timeoutMs` for some. Undefined when none come, or the signal is aborted. */
  async take(timeoutMs: number, signal: AbortSignal): Promise<ChangeNews<File, Stats> | undefined> {
    if (this.#news === undefined && !signal.aborted) await this.#wait(timeoutMs, signal);
    if (signal.aborted) return undefined;
    const news = this.#news;
    this.#news = undefined;
    this.#came = Promise.withResolvers<void>();
    return news;
  }

  async #wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = this.#came;
    const timer = setTimeout(resolve, timeoutMs);
    using _ = onAbort(signal, resolve);
    await promise;
    clearTimeout(timer);
  }
}

/** Watches the changes until the signal is aborted; calls `begun` once it misses none any more. */
type Watch = (signal: AbortSignal, begun: () => void) => Promise<void>;

const maxReaders = 1_000;

/** Shares one watch of changes between all readers, for as long as there are any. Each reader has a box. */
export class ChangeBoxes<File, Stats> implements Disposable {
  readonly #watch: Watch;
  readonly #boxes = new Set<ChangeBox<File, Stats>>();
  #watching: { readonly begun: Promise<void>; readonly end: AbortController } | undefined;

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  get isEmpty(): boolean {
    return this.#boxes.size === 0;
  }

  put(news: ChangeNews<File, Stats>): void {
    for (const box of this.#boxes) box.put(news);
  }

  /**
   * The box receives every change that is not visible yet when this resolves, until it is disposed of.
   *
   * @throws FilemillError OVERLOADED, or the error of a watch that cannot begin
   */
  async join(): Promise<{ readonly box: ChangeBox<File, Stats> } & Disposable> {
    if (this.#boxes.size >= maxReaders)
      throw new FilemillError('OVERLOADED', 'Too many clients watch the changes already.');
    const box = new ChangeBox<File, Stats>();
    const leave = () => this.#leave(box);
    this.#boxes.add(box);
    this.#watching ??= this.#begin();
    try {
      await this.#watching.begun;
    } catch (error) {
      leave();
      throw error;
    }
    return { box, [Symbol.dispose]: leave };
  }

  /** Ends the watch. */
  [Symbol.dispose](): void {
    this.#watching?.end.abort();
    this.#watching = undefined;
  }

  #leave(box: ChangeBox<File, Stats>): void {
    this.#boxes.delete(box);
    if (this.#boxes.size === 0) this[Symbol.dispose]();
  }

  #begin() {
    const end = new AbortController();
    const { promise: begun, resolve, reject } = Promise.withResolvers<void>();
    const watching = { begun, end };
    this.#watch(end.signal, resolve).catch((error: unknown) => {
      if (this.#watching === watching) this.#watching = undefined;
      reject(error);
    });
    return watching;
  }
}

function merged<File, Stats>(older: ChangeNews<File, Stats>, newer: ChangeNews<File, Stats>): ChangeNews<File, Stats> {
  const files = new Map([...older.files, ...newer.files]);
  const tooMany = files.size > maxToldFiles;
  return {
    cursor: newer.cursor,
    files: tooMany ? new Map() : files,
    lookAgain: older.lookAgain || newer.lookAgain || tooMany,
    stats: newer.stats ?? older.stats,
  };
}
