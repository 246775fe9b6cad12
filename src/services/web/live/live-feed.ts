import { FilemillError } from '#domain/errors.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { GetStatsResponse, WatchChangesResponse } from '#gen/filemill/v1/metadata_service_pb.ts';
import { sleep } from '#platform/abort.ts';
import { ChangeBox, type ChangeNews } from '#platform/change-box.ts';
import type { CallOptions } from '#platform/rpc/client.ts';
import { Outage } from '#platform/rpc/outage.ts';
import type { Backend } from '../backend.ts';

export type LiveNews = ChangeNews<File, GetStatsResponse>;

const maxReaders = 1_000;

/**
 * One watch of all changes for everybody who has a live page open, while somebody has. When it breaks it is resumed
 * where it was, so that its readers notice a pause at most.
 */
export class LiveFeed implements Disposable {
  readonly #backend: Backend;
  readonly #boxes = new Set<ChangeBox<File, GetStatsResponse>>();
  readonly #stopping = new AbortController();
  #watching: { readonly begun: Promise<void>; readonly end: AbortController } | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /**
   * How things stand: what changed since the cursor of an earlier reader, or statistics alone.
   *
   * @throws FilemillError OVERLOADED, UNAVAILABLE, or REQUEST_INVALID for what is no cursor
   */
  async snapshot(cursor: string, onward: CallOptions): Promise<LiveNews> {
    for await (const message of this.#backend.metadata.watchChanges({ cursor }, onward)) return toNews(message);
    throw new FilemillError('UNAVAILABLE');
  }

  /** Every change that is not yet visible when this resolves comes into the box, until it is disposed of. */
  async join(): Promise<{ readonly box: ChangeBox<File, GetStatsResponse> } & Disposable> {
    if (this.#boxes.size >= maxReaders) throw new FilemillError('OVERLOADED', 'Too many live pages are open already.');
    const box = new ChangeBox<File, GetStatsResponse>();
    const leave = () => this.#leave(box);
    this.#boxes.add(box);
    this.#watching ??= this.#watch();
    try {
      await this.#watching.begun;
    } catch (error) {
      leave();
      throw error;
    }
    return { box, [Symbol.dispose]: leave };
  }

  /** Aborted when the feed ends, and with it all who read. */
  get ended(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Ends the watch and its readers. */
  [Symbol.dispose](): void {
    this.#stopping.abort();
    this.#watching?.end.abort();
  }

  #leave(box: ChangeBox<File, GetStatsResponse>): void {
    this.#boxes.delete(box);
    if (this.#boxes.size > 0) return;
    this.#watching?.end.abort();
    this.#watching = undefined;
  }

  #watch() {
    const end = new AbortController();
    const { promise: begun, resolve, reject } = Promise.withResolvers<void>();
    const watching = { begun, end };
    const failed = (error: unknown) => {
      if (this.#watching === watching) this.#watching = undefined;
      reject(error);
    };
    this.#run(end.signal, resolve).catch(failed);
    return watching;
  }

  /** @throws FilemillError when the watch cannot begin; once it has, it is tried for ever */
  async #run(signal: AbortSignal, onBegun: () => void): Promise<void> {
    const outage = new Outage(0);
    let cursor = '';
    while (!signal.aborted) {
      try {
        for await (const message of this.#backend.metadata.watchChanges({ cursor }, { signal })) {
          outage.end();
          if (cursor === '') onBegun();
          cursor = message.cursor;
          for (const box of this.#boxes) box.put(toNews(message));
        }
      } catch (error) {
        if (cursor === '') throw error;
      }
      await sleep(outage.nextDelayMs(), signal);
    }
  }
}

function toNews({ cursor, files, missingIds, lookAgain, stats }: WatchChangesResponse): LiveNews {
  const states = new Map<string, File | null>(files.map((file) => [file.id, file]));
  for (const id of missingIds) states.set(id, null);
  return { cursor, files: states, lookAgain, stats };
}
