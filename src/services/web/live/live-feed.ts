import { FilemillError } from '#domain/errors.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { GetStatsResponse, WatchChangesResponse } from '#gen/filemill/v1/metadata_service_pb.ts';
import { sleep } from '#platform/abort.ts';
import { ChangeBoxes, type ChangeNews } from '#platform/change-box.ts';
import type { CallOptions } from '#platform/rpc/client.ts';
import { Outage } from '#platform/rpc/outage.ts';
import type { Backend } from '../backend.ts';

export type LiveNews = ChangeNews<File, GetStatsResponse>;
type LiveBoxes = ChangeBoxes<File, GetStatsResponse>;

/**
 * Shares one watch of all changes among the open live pages, while there are any. A broken watch resumes at its
 * cursor, so that readers notice a pause at most.
 */
export class LiveFeed implements Disposable {
  readonly #backend: Backend;
  readonly #boxes: LiveBoxes = new ChangeBoxes((signal, begun) => this.#watch(signal, begun));
  readonly #stopping = new AbortController();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** The changes since a cursor, and statistics. @throws FilemillError OVERLOADED, UNAVAILABLE, REQUEST_INVALID */
  async snapshot(cursor: string, onward: CallOptions): Promise<LiveNews> {
    for await (const message of this.#backend.metadata.watchChanges({ cursor }, onward)) return toNews(message);
    throw new FilemillError('UNAVAILABLE');
  }

  join(): ReturnType<LiveBoxes['join']> {
    return this.#boxes.join();
  }

  /** Aborted when the feed ends; readers stop then. */
  get ended(): AbortSignal {
    return this.#stopping.signal;
  }

  [Symbol.dispose](): void {
    this.#stopping.abort();
    this.#boxes[Symbol.dispose]();
  }

  /** @throws FilemillError when the watch cannot begin; later failures are retried for ever */
  async #watch(signal: AbortSignal, begun: () => void): Promise<void> {
    const outage = new Outage(0);
    let cursor = '';
    while (!signal.aborted) {
      try {
        for await (const message of this.#backend.metadata.watchChanges({ cursor }, { signal })) {
          outage.end();
          if (cursor === '') begun();
          cursor = message.cursor;
          this.#boxes.put(toNews(message));
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
