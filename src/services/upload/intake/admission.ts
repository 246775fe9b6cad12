import type { BlobStore } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { Semaphore } from '#platform/semaphore.ts';
import { ttlMemo } from '#platform/ttl-memo.ts';

const freeBytesTtlMs = 500;

export interface AdmissionLimits {
  /** Free bytes that uploads must leave on the volume. */
  readonly diskReserve: number;
  /** Concurrent uploads, over all connections. */
  readonly maxConcurrent?: number;
  /** Rejects while files cannot be registered. */
  readonly metadataServes: () => Promise<void>;
  /** Rejects while too many files are PENDING. */
  readonly backlogAllows?: () => Promise<void>;
  /** Frees space on the volume until there is enough, if it can. */
  readonly makeRoom?: (isEnough: () => Promise<boolean>) => Promise<void>;
}

/** An admitted upload; dispose of it to release its place. */
export interface Admitted extends Disposable {
  /** Counts written bytes. @throws FilemillError DISK_FULL when an upload of unknown size has used up the space */
  received(bytes: number): Promise<void>;
}

/** Share of places in use from which slow uploads must hurry. */
const crowdedShare = 0.75;

/** An upload of unknown size checks the volume again after this many bytes. */
const lookAgainBytes = 16 * 1024 * 1024;

type AdmittingStore = Pick<BlobStore, 'stage'> & Pick<VolumeUpkeep, 'freeBytes'>;

/** Refuses uploads that could not be kept, before their first byte is stored. */
export class Admission {
  readonly #blobs: AdmittingStore;
  readonly #limits: AdmissionLimits;
  readonly #places: Semaphore;
  readonly #freeBytes: () => Promise<number>;
  /** Declared by admitted uploads, and not yet written. */
  #promisedBytes = 0;

  constructor(blobs: AdmittingStore, limits: AdmissionLimits) {
    this.#blobs = blobs;
    this.#limits = limits;
    this.#places = new Semaphore(limits.maxConcurrent ?? 1_024);
    this.#freeBytes = ttlMemo(freeBytesTtlMs, () => blobs.freeBytes());
  }

  /** For concurrent uploads. */
  get places(): Pick<Semaphore, 'taken' | 'size'> {
    return this.#places;
  }

  /** Whether slow uploads should make room for others. */
  get crowded(): boolean {
    return this.#places.taken >= this.#places.size * crowdedShare;
  }

  /** Admits an upload, reserving its size (null: unknown). @throws FilemillError OVERLOADED, DISK_FULL, UNAVAILABLE */
  async enter(declaredSize: number | null): Promise<Admitted> {
    const place = this.#places.tryTake();
    if (place === undefined) throw new FilemillError('OVERLOADED');
    this.#promisedBytes += declaredSize ?? 0;
    const admitted = declaredSize === null ? this.#undeclared(place) : this.#declared(declaredSize, place);
    try {
      await this.allows();
    } catch (error) {
      admitted[Symbol.dispose]();
      throw error;
    }
    return admitted;
  }

  /** Admits another file on a stream that has its place. @throws FilemillError OVERLOADED, DISK_FULL or UNAVAILABLE */
  async allows(): Promise<void> {
    await this.#limits.metadataServes();
    await this.#limits.backlogAllows?.();
    await this.#requireRoom();
  }

  /** Checks that files can be registered and written, with space to spare. @throws Error that says what is lacking */
  async ready(): Promise<void> {
    await this.#limits.metadataServes();
    await this.#requireRoom();
    await (await this.#blobs.stage()).discard();
  }

  #declared(size: number, place: Disposable): Admitted {
    let missing = size;
    const settle = (bytes: number) => {
      missing -= bytes;
      this.#promisedBytes -= bytes;
    };
    return {
      received: async (bytes) => settle(Math.min(bytes, missing)),
      [Symbol.dispose]: () => {
        settle(missing);
        place[Symbol.dispose]();
      },
    };
  }

  #undeclared(place: Disposable): Admitted {
    let unseen = 0;
    return {
      received: async (bytes) => {
        unseen += bytes;
        if (unseen < lookAgainBytes) return;
        unseen = 0;
        await this.#requireRoom();
      },
      [Symbol.dispose]: () => place[Symbol.dispose](),
    };
  }

  async #requireRoom(): Promise<void> {
    if (this.#isEnough(await this.#freeBytes())) return;
    const isEnoughNow = async () => this.#isEnough(await this.#blobs.freeBytes());
    await this.#limits.makeRoom?.(isEnoughNow);
    if (!(await isEnoughNow())) throw new FilemillError('DISK_FULL');
  }

  #isEnough(freeBytes: number): boolean {
    return freeBytes - this.#promisedBytes >= this.#limits.diskReserve;
  }
}
