import type { Blob, BlobStore } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { failpoint } from '#platform/failpoints.ts';
import type { Logger } from '#platform/logger.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { jittered, startDuty } from './duty.ts';

const pauseMs = 15 * 60 * 1_000;

/**
 * Lets the room of removed small files be used again: what still lives beside them is copied, its rows change hands
 * one by one if they still name what was copied, and the store gives back what nothing lives in any more. A crash
 * leaves copies that no row names, for the orphan sweep, or originals that no row names, whose deletion is queued.
 */
export class Compactor implements AsyncDisposable {
  readonly #lifecycle: RpcClient<typeof FileLifecycleService>;
  readonly #blobs: BlobStore;
  readonly #logger: Logger;
  readonly #duty: AsyncDisposable;

  constructor(
    lifecycle: RpcClient<typeof FileLifecycleService>,
    blobs: BlobStore,
    { logger, everyMs = pauseMs }: { readonly logger: Logger; readonly everyMs?: number },
  ) {
    this.#lifecycle = lifecycle;
    this.#blobs = blobs;
    this.#logger = logger;
    const round = async (signal: AbortSignal) => {
      await this.#round(signal);
      return jittered(everyMs);
    };
    this.#duty = startDuty({ name: 'compactor', logger, round });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#duty[Symbol.asyncDispose]();
  }

  async #round(signal: AbortSignal): Promise<void> {
    let moved = 0;
    for await (const blobs of this.#blobs.wasteful()) {
      if (signal.aborted) break;
      moved += await this.#moveAll(blobs, signal);
    }
    if (moved > 0) this.#logger.info({ moved }, 'moved small files together');
  }

  async #moveAll(blobs: readonly Blob[], signal: AbortSignal): Promise<number> {
    const copies = (await Promise.all(blobs.map((blob) => this.#copy(blob)))).filter((copy) => copy !== undefined);
    if (copies.length === 0) return 0;
    await failpoint('compactor.copied');
    const columns = {
      ids: copies.map(({ id }) => id),
      fromKeys: copies.map(({ storageKey }) => storageKey),
      toKeys: copies.map(({ copyKey }) => copyKey),
    };
    // Without an answer the copies stay: rows may name them.
    const moved = new Set((await this.#lifecycle.moveBlobs(columns, { signal })).ids);
    await failpoint('compactor.moved');
    for (const { id, copyKey } of copies) if (!moved.has(id)) await this.#blobs.remove(copyKey);
    return moved.size;
  }

  /** undefined for what was removed meanwhile, and for what is damaged. */
  async #copy(blob: Blob): Promise<(Blob & { readonly copyKey: string }) | undefined> {
    try {
      return { ...blob, copyKey: await this.#blobs.copy(blob) };
    } catch (error) {
      if (!(error instanceof FilemillError) || error.retryAfterMs !== undefined) throw error;
      if (error.reason !== 'BLOB_MISSING')
        this.#logger.error({ id: blob.id, detail: error.message }, 'a small file cannot be moved');
      return undefined;
    }
  }
}
