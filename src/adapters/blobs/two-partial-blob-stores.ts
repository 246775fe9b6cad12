import type { PartialBlob, PartialBlobState, PartialBlobStore, UnfinishedBlob } from '#domain/partial-blob.ts';

/** Partial blobs in two stores, of which the first takes new ones; those of the second end there. */
export class TwoPartialBlobStores implements PartialBlobStore {
  readonly #first: PartialBlobStore;
  readonly #second: PartialBlobStore;

  constructor(first: PartialBlobStore, second: PartialBlobStore) {
    this.#first = first;
    this.#second = second;
  }

  async begin(note: string, id?: string): Promise<string> {
    if (id !== undefined) await this.#second.remove(id);
    return await this.#first.begin(note, id);
  }

  async find(id: string): Promise<PartialBlobState | undefined> {
    return (await this.#first.find(id)) ?? (await this.#second.find(id));
  }

  async open(id: string, options: { readonly hashed: boolean }): Promise<PartialBlob> {
    return await (await this.#of(id)).open(id, options);
  }

  async note(id: string, note: string): Promise<void> {
    await (await this.#of(id)).note(id, note);
  }

  async end(id: string, note: string): Promise<void> {
    await (await this.#of(id)).end(id, note);
  }

  async remove(id: string): Promise<void> {
    await this.#first.remove(id);
    await this.#second.remove(id);
  }

  async *writtenBefore(before: Date): AsyncGenerator<string> {
    yield* this.#first.writtenBefore(before);
    yield* this.#second.writtenBefore(before);
  }

  async *unfinished(): AsyncGenerator<UnfinishedBlob> {
    yield* this.#first.unfinished();
    yield* this.#second.unfinished();
  }

  async #of(id: string): Promise<PartialBlobStore> {
    return (await this.#second.find(id)) === undefined ? this.#first : this.#second;
  }
}
