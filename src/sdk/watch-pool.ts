import type { FilemillError } from '#domain/errors.ts';
import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { fromServiceError } from '#platform/rpc/errors.ts';
import { CompactQueue, type Noted } from './compact-queue.ts';
import { type FileUpdate, FileWatch, isOver, maxIdsPerCall, type WatchOptions } from './file-watch.ts';

/** Up to this many streams are opened at once for new ids; later ids share them. */
const eagerStreams = 4;

/** 8 streams watch 8,000 files at a time; the others wait in the queue. */
const maxStreams = 8;

/** Ids are batched for this long before a stream is reopened for them, since that sends the state of all its files. */
const gatherMs = 250;

/** Back-pressure: a source that can wait should do so while this many ids are queued. */
const highWaterMark = 2 * maxIdsPerCall;

export interface NotedUpdate extends FileUpdate {
  readonly note: string;
}

export interface WatchPoolOptions extends Omit<WatchOptions, 'onUpdates'> {
  /** Receives the updates of one message. Its stream continues, and its ended files make room, once this resolves. */
  readonly onUpdates: (updates: readonly NotedUpdate[]) => Promise<void> | void;
  /** Called for each file whose end will never be known: the server stayed away, or the signal was aborted. */
  readonly onLost: (file: Noted, error: FilemillError) => void;
}

/** Watches any number of files over a few streams. No file waits for another while at most 8,000 are unfinished. */
export class WatchPool {
  readonly #files: RpcClient<typeof MetadataService>;
  readonly #options: WatchPoolOptions;
  readonly #waiting = new CompactQueue();
  /** The notes of the files on a stream. */
  readonly #notes = new Map<string, string>();
  readonly #watches = new Set<FileWatch>();
  #failure: FilemillError | undefined;
  #gathering = false;
  #changed = Promise.withResolvers<void>();

  constructor(files: RpcClient<typeof MetadataService>, options: WatchPoolOptions) {
    this.#files = files;
    this.#options = options;
  }

  /** @param note comes back with each update; an id that is already watched keeps its note */
  add(id: string, note = ''): void {
    const item = { id: id.toLowerCase(), note };
    if (this.#failure !== undefined) this.#options.onLost(item, this.#failure);
    else if (!this.#notes.has(item.id)) {
      this.#waiting.push(item);
      this.#gather();
    }
  }

  /** Resolves when there is room for more ids. A source that cannot wait may add them at any time. */
  async room(): Promise<void> {
    while (this.#waiting.length >= highWaterMark) await this.#changed.promise;
  }

  /** Resolves when all files that were added are terminal, gone or lost. */
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

  /** When one stream fails for good, the queued files are lost too. */
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
