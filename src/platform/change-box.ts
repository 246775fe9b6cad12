import { FilemillError } from '#domain/errors.ts';
import { onAbort } from './abort.ts';
/** What one reader of changes has yet to be told. */
export interface ChangeNews<File, Stats> {
  /** To resume after this. */
  readonly cursor: string;
  /** The latest state of what changed, by id; null for what was deleted. */
  readonly files: ReadonlyMap<string, File | null>;
  /** More changed than is told. */
  readonly lookAgain: boolean;
  readonly stats?: Stats | undefined;
}

/** Files in one piece of news; beyond that a reader does better to look at its page again. */
export const maxToldFiles = 500;

/**
 * Holds news for one reader until it takes them: what comes meanwhile is added up, so that a slow reader
 * skips steps, never the last state, and costs no more memory than one piece of news.
 */
export class ChangeBox<File, Stats> {
  #news: ChangeNews<File, Stats> | undefined;
  #came = Promise.withResolvers<void>();

  put(newer: ChangeNews<File, Stats>): void {
    this.#news = this.#news === undefined ? newer : together(this.#news, newer);
    this.#came.resolve();
  }

  /** Takes the news, waiting for them up to `timeoutMs`; undefined when there are none, or the signal is aborted. */
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

/** Watches the changes until the signal is aborted; calls `begun` once none goes by unseen any more. */
type Watch = (signal: AbortSignal, begun: () => void) => Promise<void>;

const maxReaders = 1_000;

/** One watch of changes for everybody who reads them, while somebody does: each reader has a box. */
export class ChangeBoxes<File, Stats> implements Disposable {
  readonly #watch: Watch;
  readonly #boxes = new Set<ChangeBox<File, Stats>>();
  #watching: { readonly begun: Promise<void>; readonly end: AbortController } | undefined;

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  put(news: ChangeNews<File, Stats>): void {
    for (const box of this.#boxes) box.put(news);
  }

  /**
   * Every change that is not yet visible when this resolves comes into the box, until it is disposed of.
   *
   * @throws FilemillError OVERLOADED; the failure of a watch that cannot begin
   */
  async join(): Promise<{ readonly box: ChangeBox<File, Stats> } & Disposable> {
    if (this.#boxes.size >= maxReaders) throw new FilemillError('OVERLOADED', 'Too many watch the changes already.');
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

function together<File, Stats>(
  older: ChangeNews<File, Stats>,
  newer: ChangeNews<File, Stats>,
): ChangeNews<File, Stats> {
  const files = new Map([...older.files, ...newer.files]);
  const tooMany = files.size > maxToldFiles;
  return {
    cursor: newer.cursor,
    files: tooMany ? new Map() : files,
    lookAgain: older.lookAgain || newer.lookAgain || tooMany,
    stats: newer.stats ?? older.stats,
  };
}
