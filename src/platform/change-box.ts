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
