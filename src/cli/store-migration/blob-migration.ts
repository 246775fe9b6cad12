import { createHash } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';
import type { Blob, BlobHandle, BlobReader, BlobStore } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { Batcher } from '#platform/batcher.ts';
import type { RpcClient } from '#platform/rpc/client.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { Semaphore } from '#platform/semaphore.ts';

export interface BlobMigrationOptions {
  readonly from: { readonly blobs: Pick<VolumeUpkeep, 'finishedBefore'>; readonly reader: BlobReader };
  readonly to: { readonly blobs: Pick<BlobStore, 'stage' | 'remove'>; readonly reader: BlobReader };
  readonly lifecycle: Pick<RpcClient<typeof FileLifecycleService>, 'locateFile' | 'moveBlobs'>;
  /** Files that are copied at the same time. */
  readonly jobs: number;
  /** Ends the work after the files that are being copied. */
  readonly signal: AbortSignal;
  /** Called with each file that cannot be moved. */
  readonly complain: (line: string) => void;
}

interface Copy extends Blob {
  readonly copyKey: string;
  readonly size: number;
}

/** What the row of a file says of its bytes. */
interface Located {
  readonly storageKey: string;
  readonly size: number;
  /** Unknown until the file was analysed, unless the client declared it. */
  readonly sha256: string | undefined;
}

const pieceBytes = 1024 * 1024;
/** How long a service or a store may be away. */
const patienceMs = 60_000;

/**
 * Moves files from one store to another while the system runs. Each is copied, the copy is read, its SHA-256 is compared with
 * that of the original and of the row, and the row gets the key of the copy if it still has the old one; the bytes under the old key are
 * removed ten minutes later, as those of a compaction are. May be repeated after a crash: what was moved has another key,
 * and copies that no row names are swept as orphans.
 */
export class BlobMigration {
  readonly #options: BlobMigrationOptions;
  readonly #moves: Batcher<Copy, boolean>;
  moved = 0;
  /** Bytes of the files that were moved. */
  bytes = 0;
  /** Files that stay where they are because they are damaged or missing. */
  readonly failed = new Set<string>();

  constructor(options: BlobMigrationOptions) {
    this.#options = options;
    this.#moves = new Batcher((copies) => this.#move(copies), { name: 'move' });
  }

  /** Moves what the first store has now, and answers with the number of files that were moved. */
  async pass(): Promise<number> {
    const { from, jobs, signal } = this.#options;
    const before = this.moved;
    const lanes = new Semaphore(jobs);
    const work = new Set<Promise<void>>();
    const failure = Promise.withResolvers<never>();
    failure.promise.catch(() => undefined);
    for await (const blobs of from.blobs.finishedBefore(new Date()))
      for (const blob of blobs) {
        if (signal.aborted) break;
        const lane = await Promise.race([lanes.take(signal), failure.promise]);
        const done = this.#moveOne(blob)
          .catch(failure.reject)
          .finally(() => {
            lane[Symbol.dispose]();
            work.delete(done);
          });
        work.add(done);
      }
    await Promise.race([Promise.all(work), failure.promise]);
    return this.moved - before;
  }

  async #moveOne(blob: Blob): Promise<void> {
    if (this.failed.has(blob.id)) return;
    const options = { signal: this.#options.signal, forMs: patienceMs };
    const copy = await withRetry(() => this.#copy(blob), options);
    if (copy === undefined) return;
    // Without an answer the copy stays, as the row may name it.
    if (!(await withRetry(() => this.#moves.add(copy), options)))
      return await this.#options.to.blobs.remove(copy.copyKey);
    this.moved += 1;
    this.bytes += copy.size;
  }

  /** Undefined if no row names the blob, or if it cannot be copied. */
  async #copy(blob: Blob): Promise<Copy | undefined> {
    const found = await this.#locate(blob);
    if (found?.storageKey !== blob.storageKey) return undefined;
    const { from, to } = this.#options;
    try {
      await using handle = await from.reader.open(blob.storageKey);
      await using staged = await to.blobs.stage({ copyOf: blob.id });
      const sums = await readAll(handle, (piece) => staged.write(piece));
      const damage = damageOf(handle, sums, found);
      if (damage !== undefined) return this.#giveUp(blob, damage);
      const { storageKey: copyKey } = await staged.commit();
      await this.#verify(copyKey, sums.sha256);
      return { ...blob, copyKey, size: handle.size };
    } catch (error) {
      if (!(error instanceof FilemillError) || error.reason !== 'BLOB_MISSING') throw error;
      // A file that was deleted meanwhile is none of the two stores' concern.
      return (await this.#locate(blob))?.storageKey === blob.storageKey ? this.#giveUp(blob, error.message) : undefined;
    }
  }

  async #locate({ id }: Blob): Promise<Located | undefined> {
    try {
      const { file, storageKey } = await this.#options.lifecycle.locateFile({ id });
      return { storageKey, size: Number(file?.size), sha256: file?.sha256 || file?.declaredSha256 || undefined };
    } catch (error) {
      if (error instanceof FilemillError && gone.has(error.reason)) return undefined;
      throw error;
    }
  }

  /** @throws FilemillError UNAVAILABLE, so that the file is copied again */
  async #verify(copyKey: string, sha256: string): Promise<void> {
    const { blobs, reader } = this.#options.to;
    await using copy = await reader.open(copyKey);
    if ((await readAll(copy, async () => undefined)).sha256 === sha256) return;
    await blobs.remove(copyKey);
    throw new FilemillError('UNAVAILABLE', 'The store to which files are moved returned other bytes than it received.');
  }

  #giveUp({ id }: Blob, why: string): undefined {
    this.failed.add(id);
    this.#options.complain(`${id} was not moved: ${why}`);
  }

  async #move(copies: readonly Copy[]): Promise<readonly boolean[]> {
    const { ids } = await this.#options.lifecycle.moveBlobs({
      ids: copies.map(({ id }) => id),
      fromKeys: copies.map(({ storageKey }) => storageKey),
      toKeys: copies.map(({ copyKey }) => copyKey),
    });
    const moved = new Set(ids);
    return copies.map(({ id }) => moved.has(id));
  }
}

/** Files without a row, and those of which only the row is left. */
const gone: ReadonlySet<string> = new Set(['FILE_NOT_FOUND', 'BYTES_EXPIRED']);

/** How the bytes that were read differ from what the row and the store know of them; undefined if they do not. */
function damageOf(blob: BlobHandle, sums: Sums, { size, sha256 }: Located): string | undefined {
  if (blob.size !== size) return `it has ${blob.size} bytes instead of ${size}`;
  if (sha256 !== undefined && sha256 !== sums.sha256) return `its bytes are damaged: their SHA-256 is ${sums.sha256}`;
  const crc = blob.local?.crc32c;
  return crc !== undefined && crc !== sums.crc32c ? 'its bytes are damaged: their checksum differs' : undefined;
}

interface Sums {
  readonly sha256: string;
  readonly crc32c: number;
}

async function readAll(blob: BlobHandle, take: (piece: Uint8Array) => Promise<void>): Promise<Sums> {
  const hash = createHash('sha256');
  let crc = crc32c('');
  const buffer = Buffer.alloc(Math.min(blob.size, pieceBytes));
  for (let offset = 0; offset < blob.size; ) {
    const read = await blob.read(offset, buffer);
    if (read === 0) throw new FilemillError('BLOB_MISSING', 'The bytes end before their size is reached.');
    const piece = buffer.subarray(0, read);
    hash.update(piece);
    crc = crc32c(piece, crc);
    await take(piece);
    offset += read;
  }
  return { sha256: hash.digest('hex'), crc32c: crc };
}
