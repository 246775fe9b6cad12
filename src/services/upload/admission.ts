import type { BlobStore } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import { remembered } from './remembered.ts';

const rememberMs = 500;

export interface AdmissionLimits {
  /** Bytes of the volume that uploads leave free. */
  readonly diskReserve: number;
  /** Files that may come in at the same time, over all connections. */
  readonly maxConcurrent?: number;
  /** Rejects while files cannot be registered. */
  readonly metadataServes: () => Promise<void>;
}

/** Refuses, before their first byte is stored, uploads that could not be kept anyway. */
export class Admission {
  readonly #blobs: BlobStore;
  readonly #diskReserve: number;
  readonly #maxConcurrent: number;
  readonly #metadataServes: () => Promise<void>;
  readonly #freeBytes: () => Promise<number>;
  #active = 0;

  constructor(blobs: BlobStore, { diskReserve, maxConcurrent = 1_024, metadataServes }: AdmissionLimits) {
    this.#blobs = blobs;
    this.#diskReserve = diskReserve;
    this.#maxConcurrent = maxConcurrent;
    this.#metadataServes = metadataServes;
    this.#freeBytes = remembered(rememberMs, () => blobs.freeBytes());
  }

  /**
   * Lets one upload in; disposing of the answer lets it out.
   *
   * @param declaredSize bytes; 0 when unknown
   * @throws FilemillError OVERLOADED, DISK_FULL or UNAVAILABLE
   */
  async enter(declaredSize: number): Promise<Disposable> {
    if (this.#active >= this.#maxConcurrent) throw new FilemillError('OVERLOADED');
    this.#active += 1;
    const leave = () => {
      this.#active -= 1;
    };
    try {
      await this.#metadataServes();
      await this.#requireRoom(declaredSize);
    } catch (error) {
      leave();
      throw error;
    }
    return { [Symbol.dispose]: leave };
  }

  /**
   * Whether files can be taken in just now: registered, written, and with room to spare.
   *
   * @throws Error that says what is lacking
   */
  async ready(): Promise<void> {
    await this.#metadataServes();
    await this.#requireRoom(0);
    await (await this.#blobs.stage()).discard();
  }

  async #requireRoom(bytes: number): Promise<void> {
    if ((await this.#freeBytes()) - bytes < this.#diskReserve) throw new FilemillError('DISK_FULL');
  }
}
