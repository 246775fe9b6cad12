import type { FilemillError } from '#domain/errors.ts';
import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { fromServiceError } from '#platform/rpc/errors.ts';
import { CompactQueue, type Noted } from './compact-queue.ts';
import { type FileUpdate, FileWatch, isOver, maxIdsPerCall, type WatchOptions } from './file-watch.ts';

/** As long as there are fewer, new ids get a stream of their own at once. */
const eagerStreams = 4;

/** Files that are watched at the same time: 8,000. The others wait in 20 bytes each until places are free. */
const maxStreams = 8;

/** How long ids gather before a stream is opened again for their sake: each time all its files are looked at. */
const gatherMs = 250;

/** A source that can wait should, from so many ids on. */
const crowd = 2 * maxIdsPerCall;

export interface NotedUpdate extends FileUpdate {
  readonly note: string;
}

export interface WatchPoolOptions extends Omit<WatchOptions, 'onUpdates'> {
  /** Told of what one message says. Its stream goes on when this resolves, and its files keep their places until then. */
  readonly onUpdates: (updates: readonly NotedUpdate[]) => Promise<void> | void;
  /** Told of each file whose end will not be learned: the server stayed away, or the signal was aborted. */
  readonly onLost: (file: Noted, error: FilemillError) => void;
}

/**
 * Watches any number of files over few streams. None waits for another to end, as long as no more than 8,000 are under
 * way at the same time.
 */
export class WatchPool {
  readonly #files: RpcClient<typeof MetadataService>;
  readonly #options: WatchPoolOptions;
  readonly #waiting = new CompactQueue();
  /** The notes of those that are on a stream. */
  readonly #notes = new Map<string, string>();
  readonly #watches = new Set<FileWatch>();
  #failure: FilemillError | undefined;
  #gathering = false;
  #changed = Promise.withResolvers<void>();

  constructor(files: RpcClient<typeof MetadataService>, options: WatchPoolOptions) {
    this.#files = files;
    this.#options = options;
  }

  /** @param note is told again with what is learned of the file; one that is watched already stays as it is */
  add(id: string, note = ''): void {
    const item = { id: id.toLowerCase(), note };
    if (this.#failure !== undefined) this.#options.onLost(item, this.#failure);
    else if (!this.#notes.has(item.id)) {
      this.#waiting.push(item);
      this.#gather();
    }
  }

  /** Resolves when there is room for further ids. Whoever cannot wait may add them at once. */
  async room(): Promise<void> {
    while (this.#waiting.length >= crowd) await this.#changed.promise;
  }

  /** Resolves when all files that were added are over, gone or lost. */
  async idle(): Promise<void> {
    while (this.#waiting.length > 0 || this.#notes.size > 0) await this.#changed.promise;
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    const place = () => {
      this.#gathering = false;
      this.#placeAll();
    };
    setTimeout(place, this.#watches.size < eagerStreams ? 0 : gatherMs);
  }

  #placeAll(): void {
    while (this.#waiting.length > 0) {
      const watch = this.#watches.size < eagerStreams ? undefined : this.#roomiest();
      if (watch === undefined && this.#watches.size >= maxStreams) return;
      const items = this.#waiting.take(maxIdsPerCall - (watch?.ids.size ?? 0));
      for (const { id, note } of items) this.#notes.set(id, note);
      const ids = items.map(({ id }) => id);
      if (watch === undefined) void this.#watch(ids);
      else watch.join(ids);
      this.#tell();
    }
  }

  #roomiest(): FileWatch | undefined {
    const joinable = [...this.#watches].filter((watch) => !watch.ended && watch.ids.size < maxIdsPerCall);
    return joinable.sort((one, other) => one.ids.size - other.ids.size)[0];
  }

  async #watch(ids: readonly string[]): Promise<void> {
    const onUpdates = (updates: readonly FileUpdate[]) => this.#take(updates);
    const watch = new FileWatch(this.#files, ids, { ...this.#options, onUpdates });
    this.#watches.add(watch);
    try {
      await watch.run();
    } catch (cause) {
      this.#lose([...watch.ids.keys()], fromServiceError(cause));
    }
    this.#watches.delete(watch);
    if (this.#waiting.length > 0) this.#gather();
  }

  async #take(updates: readonly FileUpdate[]): Promise<void> {
    await this.#options.onUpdates(updates.map((update) => ({ ...update, note: this.#notes.get(update.id) ?? '' })));
    for (const { id, file } of updates) if (file === undefined || isOver(file)) this.#notes.delete(id);
    if (this.#waiting.length > 0) this.#gather();
    this.#tell();
  }

  /** Where one stream found no server, none of those that wait will. */
  #lose(ids: readonly string[], failure: FilemillError): void {
    this.#failure ??= failure;
    for (const id of ids) {
      this.#options.onLost({ id, note: this.#notes.get(id) ?? '' }, failure);
      this.#notes.delete(id);
    }
    while (this.#waiting.length > 0)
      for (const item of this.#waiting.take(maxIdsPerCall)) this.#options.onLost(item, failure);
    this.#tell();
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
