import { FilemillError } from '#domain/errors.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { GetStatsResponse, WatchChangesResponse } from '#gen/filemill/v1/metadata_service_pb.ts';
import { sleep } from '#platform/abort.ts';
import { ChangeBoxes, type ChangeNews } from '#platform/change-box.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import { Outage } from '#platform/rpc/outage.ts';
import type { Backend } from '../backend.ts';

export type LiveNews = ChangeNews<File, GetStatsResponse>;
type LiveBoxes = ChangeBoxes<File, GetStatsResponse>;

/**
 * Shares one watch of all changes among the open live pages of a session, while there are any. A broken watch resumes at its
 * cursor, so that readers notice a pause at most.
 */
export class LiveFeed implements Disposable {
  readonly #backend: Backend;
  /** By credentials: callers see different files. */
  readonly #boxes = new Map<string | undefined, LiveBoxes>();
  readonly #stopping = new AbortController();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** The changes since a cursor, and statistics. @throws FilemillError OVERLOADED, UNAVAILABLE, REQUEST_INVALID */
  async snapshot(cursor: string, onward: CallOptions): Promise<LiveNews> {
    for await (const message of this.#backend.metadata.watchChanges({ cursor }, onward)) return toNews(message);
    throw new FilemillError('UNAVAILABLE');
  }

  async join(authorization: string | undefined): ReturnType<LiveBoxes['join']> {
    const boxes = this.#boxesFor(authorization);
    const reader = await boxes.join();
    const leave = () => {
      reader[Symbol.dispose]();
      if (boxes.isEmpty) this.#boxes.delete(authorization);
    };
    return { box: reader.box, [Symbol.dispose]: leave };
  }

  /** Aborted when the feed ends; readers stop then. */
  get ended(): AbortSignal {
    return this.#stopping.signal;
  }

  [Symbol.dispose](): void {
    this.#stopping.abort();
    for (const boxes of this.#boxes.values()) boxes[Symbol.dispose]();
  }

  #boxesFor(authorization: string | undefined): LiveBoxes {
    const known = this.#boxes.get(authorization);
    if (known !== undefined) return known;
    const made: LiveBoxes = new ChangeBoxes((signal, begun) => this.#watch(made, { signal, authorization }, begun));
    this.#boxes.set(authorization, made);
    return made;
  }

  /** @throws FilemillError when the watch cannot begin; later failures are retried for ever */
  async #watch(
    boxes: LiveBoxes,
    onward: CallOptions & { readonly signal: AbortSignal },
    begun: () => void,
  ): Promise<void> {
    const { signal } = onward;
    const outage = new Outage(0);
    let cursor = '';
    while (!signal.aborted) {
      try {
        for await (const message of this.#backend.metadata.watchChanges({ cursor }, onward)) {
          outage.end();
          if (cursor === '') begun();
          cursor = message.cursor;
          boxes.put(toNews(message));
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
