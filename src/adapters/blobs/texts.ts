import type { TextStore } from '#domain/text-store.ts';

/** Texts in two stores, of which the first takes new ones. */
export class TwoTextStores implements TextStore {
  readonly #first: TextStore;
  readonly #second: TextStore;

  constructor(first: TextStore, second: TextStore) {
    this.#first = first;
    this.#second = second;
  }

  async keep(fileId: string, compressed: Uint8Array): Promise<void> {
    await this.#first.keep(fileId, compressed);
  }

  async open(fileId: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return (await this.#first.open(fileId)) ?? (await this.#second.open(fileId));
  }

  async remove(fileId: string): Promise<void> {
    await this.#first.remove(fileId);
    await this.#second.remove(fileId);
  }

  async *keptBefore(before: Date): AsyncGenerator<readonly string[]> {
    yield* this.#first.keptBefore(before);
    yield* this.#second.keptBefore(before);
  }
}
