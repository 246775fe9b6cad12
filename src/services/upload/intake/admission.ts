import type { BlobStore } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { Semaphore } from '#platform/semaphore.ts';
import { ttlMemo } from './ttl-memo.ts';

const rememberMs = 500;

export interface AdmissionLimits {
  /** Bytes of the volume that uploads leave free. */
  readonly diskReserve: number;
  /** Files that may come in at the same time, over all connections. */
  readonly maxConcurrent?: number;
  /** Rejects while files cannot be registered. */
  readonly metadataServes: () => Promise<void>;
  /** Rejects while too many files wait for workers. */
  readonly backlogAllows?: () => Promise<void>;
  /** Frees room on the volume until there is enough, if that can be done. */
  readonly makeRoom?: (isEnough: () => Promise<boolean>) => Promise<void>;
}

/** An upload that was let in; disposing of it lets it out. */
export interface Admitted extends Disposable {
  /**
   * Tells that bytes were written.
   *
   * @throws FilemillError DISK_FULL when an upload of unknown size has used up what there was
   */
  received(bytes: number): Promise<void>;
}

/** Share of the places that may be taken before those who have one must hurry. */
const crowdedShare = 0.75;

/** An upload of unknown size looks at the volume again each time it has written so much. */
const lookAgainBytes = 16 * 1024 * 1024;

/** What tells whether there is room, and whether a blob can be begun. */
type AdmittingStore = Pick<BlobStore, 'stage'> & Pick<VolumeUpkeep, 'freeBytes'>;

/** Refuses, before their first byte is stored, uploads that could not be kept anyway. */
export class Admission {
  readonly #blobs: AdmittingStore;
  readonly #diskReserve: number;
  readonly #places: Semaphore;
  readonly #metadataServes: () => Promise<void>;
  readonly #backlogAllows: () => Promise<void>;
  readonly #makeRoom: (isEnough: () => Promise<boolean>) => Promise<void>;
  readonly #freeBytes: () => Promise<number>;
  /** Declared by uploads that were let in, and not yet written. */
  #promisedBytes = 0;

  constructor(
    blobs: AdmittingStore,
    {
      diskReserve,
      maxConcurrent = 1_024,
      metadataServes,
      backlogAllows = async () => undefined,
      makeRoom = async () => undefined,
    }: AdmissionLimits,
  ) {
    this.#blobs = blobs;
    this.#diskReserve = diskReserve;
    this.#places = new Semaphore(maxConcurrent);
    this.#metadataServes = metadataServes;
    this.#backlogAllows = backlogAllows;
    this.#makeRoom = makeRoom;
    this.#freeBytes = ttlMemo(rememberMs, () => blobs.freeBytes());
  }

  /** Whether places are so few that slow uploads should make room. */
  get crowded(): boolean {
    return this.#places.taken >= this.#places.size * crowdedShare;
  }

  /**
   * Lets one upload in. What it declared stays reserved until it is written.
   *
   * @param declaredSize bytes; null when unknown
   * @throws FilemillError OVERLOADED, DISK_FULL or UNAVAILABLE
   */
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

  /**
   * Whether another file may come, on a stream that has its place.
   *
   * @throws FilemillError OVERLOADED, DISK_FULL or UNAVAILABLE
   */
  async allows(): Promise<void> {
    await this.#metadataServes();
    await this.#backlogAllows();
    await this.#requireRoom();
  }

  /**
   * Whether files can be taken in just now: registered, written, and with room to spare.
   *
   * @throws Error that says what is lacking
   */
  async ready(): Promise<void> {
    await this.#metadataServes();
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
    await this.#makeRoom(isEnoughNow);
    if (!(await isEnoughNow())) throw new FilemillError('DISK_FULL');
  }

  #isEnough(freeBytes: number): boolean {
    return freeBytes - this.#promisedBytes >= this.#diskReserve;
  }
}
