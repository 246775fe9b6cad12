import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { type FileUpdate, FileWatch, isOver, maxIdsPerCall } from './file-watch.ts';
import type { RetryOptions } from './retry.ts';
import type { RpcClient } from './rpc-client.ts';

/** As long as there are fewer, new ids get a stream of their own at once; more come only when these are full. */
const eagerStreams = 4;

/** How long ids gather before a stream is opened again for their sake: each time all its files are looked at. */
const gatherMs = 250;

/** Waits for many files to become terminal, over few streams: no file waits for another to end. */
export class TerminalWaiter {
  readonly #files: RpcClient<typeof MetadataService>;
  readonly #options: RetryOptions;
  readonly #waiting = new Map<string, PromiseWithResolvers<File | undefined>>();
  readonly #watches = new Set<FileWatch>();
  /** Waited for, and on no stream yet. */
  readonly #fresh = new Set<string>();
  #gathering = false;

  constructor(files: RpcClient<typeof MetadataService>, options: RetryOptions) {
    this.#files = files;
    this.#options = options;
  }

  /**
   * The file once it is COMPLETED or FAILED; undefined when it is unknown or was deleted.
   *
   * @throws FilemillError when the server stayed away, or the signal was aborted
   */
  wait(fileId: string): Promise<File | undefined> {
    const id = fileId.toLowerCase();
    const known = this.#waiting.get(id);
    if (known !== undefined) return known.promise;
    const waiting = Promise.withResolvers<File | undefined>();
    this.#waiting.set(id, waiting);
    this.#fresh.add(id);
    this.#gather();
    return waiting.promise;
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    const place = () => {
      this.#gathering = false;
      while (this.#fresh.size > 0) this.#place();
    };
    setTimeout(place, this.#watches.size < eagerStreams ? 0 : gatherMs);
  }

  /** Puts as many of the fresh ids as it can take on one stream. */
  #place(): void {
    const watch = this.#roomiest();
    const ids = this.#fresh
      .values()
      .take(maxIdsPerCall - (watch?.ids.size ?? 0))
      .toArray();
    for (const id of ids) this.#fresh.delete(id);
    if (watch === undefined) void this.#watch(ids);
    else watch.join(ids);
  }

  /** Undefined when a further stream is due. */
  #roomiest(): FileWatch | undefined {
    if (this.#watches.size < eagerStreams) return undefined;
    const joinable = [...this.#watches].filter((watch) => !watch.ended && watch.ids.size < maxIdsPerCall);
    return joinable.sort((one, other) => one.ids.size - other.ids.size)[0];
  }

  async #watch(ids: readonly string[]): Promise<void> {
    const onUpdate = (update: FileUpdate) => this.#settle(update);
    const watch = new FileWatch(this.#files, ids, { ...this.#options, terminalOnly: true, onUpdate });
    this.#watches.add(watch);
    try {
      await watch.run();
    } catch (error) {
      for (const id of watch.ids) {
        this.#waiting.get(id)?.reject(error);
        this.#waiting.delete(id);
      }
    } finally {
      this.#watches.delete(watch);
    }
  }

  #settle({ id, file }: FileUpdate): void {
    if (file !== undefined && !isOver(file)) return;
    this.#waiting.get(id)?.resolve(file);
    this.#waiting.delete(id);
  }
}
