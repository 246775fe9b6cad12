import { randomUUIDv7 } from 'node:crypto';
import { FilemillError } from '#domain/errors.ts';
import type { PartialBlob, PartialBlobState, PartialBlobStore, UnfinishedBlob } from '#domain/partial-blob.ts';
import { isUuid } from '#domain/uuid.ts';
import { RunningHashes } from '#platform/running-hashes.ts';
import { Semaphore } from '#platform/semaphore.ts';
import type { S3Client, S3Object } from '../client/client.ts';
import { bytesKey, folderOf, idOf, isNote, noteKey, type PartialContent, partialFolder, readBlobs } from './layout.ts';
import { S3PartialBlob } from './s3-partial-blob.ts';

/** Bytes that a process gathers for all its uploads; beyond it, objects are smaller. */
const memoryBytes = 256 * 2 ** 20;
const removalsAtOnce = 8;

/** Partial blobs in objects of their own: layout.ts. */
export class S3PartialBlobStore implements PartialBlobStore {
  readonly #client: S3Client;
  readonly #hashes = new RunningHashes();
  readonly #memory = new Semaphore(memoryBytes);
  readonly #open = new Set<S3PartialBlob>();

  constructor(client: S3Client) {
    this.#client = client;
  }

  async begin(note: string, id?: string): Promise<string> {
    if (id !== undefined) await this.remove(id);
    const begun = id ?? randomUUIDv7();
    await this.#client.put(noteKey(begun, 'note', 1), Buffer.from(note));
    return begun;
  }

  async find(id: string): Promise<PartialBlobState | undefined> {
    for (;;) {
      const content = await this.#read(id);
      if (content?.note === undefined) return undefined;
      const note = await this.#client.get(content.note.key);
      // Otherwise a later version has replaced it.
      if (note === undefined) continue;
      const { size, writtenAt } = content;
      return { size: content.note.ended ? null : size, note: note.toString(), writtenAt };
    }
  }

  async open(id: string, { hashed }: { readonly hashed: boolean }): Promise<PartialBlob> {
    const content = await this.#read(id);
    if (content?.note === undefined || content.note.ended) throw new FilemillError('UPLOAD_NOT_FOUND');
    const opening = content.opening + 1;
    await this.#client.put(bytesKey(id, opening, 0, content.size), Buffer.alloc(0));
    const { pieces, size } = content;
    const hashes = hashed ? this.#hashes : undefined;
    const shared = { client: this.#client, memory: this.#memory, open: this.#open, hashes };
    return new S3PartialBlob({ id, opening, pieces, size }, shared);
  }

  async note(id: string, note: string): Promise<void> {
    await this.#replaceNote(id, 'note', note, ({ note }) => (note === undefined ? [] : [note.key]));
  }

  async end(id: string, note: string): Promise<void> {
    this.#hashes.forget(id);
    await this.#replaceNote(id, 'ended', note, ({ keys }) => keys);
  }

  /** Removes the notes first, as bytes without a note are orphans. */
  async remove(id: string): Promise<void> {
    this.#hashes.forget(id);
    const { keys = [] } = (await this.#read(id)) ?? {};
    const [notes, bytes] = [keys.filter(isNote), keys.filter((key) => !isNote(key))];
    await this.#removeAll(notes);
    await this.#removeAll(bytes);
  }

  async *writtenBefore(before: Date): AsyncGenerator<string> {
    for await (const [id, { writtenAt }] of this.#all()) if (writtenAt < before) yield id;
  }

  async *unfinished(): AsyncGenerator<UnfinishedBlob> {
    for await (const [id, { size, writtenAt, note }] of this.#all()) if (!note?.ended) yield { id, size, writtenAt };
  }

  /** The new version is there before anything is removed. */
  async #replaceNote(
    id: string,
    kind: 'note' | 'ended',
    note: string,
    replaced: (content: PartialContent) => readonly string[],
  ): Promise<void> {
    const content = await this.#read(id);
    await this.#client.put(noteKey(id, kind, (content?.note?.version ?? 0) + 1), Buffer.from(note));
    if (content !== undefined) await this.#removeAll(replaced(content));
  }

  async #read(id: string): Promise<PartialContent | undefined> {
    if (!isUuid(id)) return undefined;
    const pages = await Array.fromAsync(this.#client.list(folderOf(id)));
    return readBlobs(pages.flat()).get(id);
  }

  /** All blobs, one at a time: a list has the objects of each together. */
  async *#all(): AsyncGenerator<readonly [string, PartialContent]> {
    let own: S3Object[] = [];
    for await (const page of this.#client.list(partialFolder))
      for (const object of page) {
        if (own[0] !== undefined && !object.key.startsWith(folderOf(idOf(own[0].key)))) {
          yield* readBlobs(own);
          own = [];
        }
        own.push(object);
      }
    yield* readBlobs(own);
  }

  async #removeAll(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += removalsAtOnce)
      await Promise.all(keys.slice(from, from + removalsAtOnce).map((key) => this.#client.remove(key)));
  }
}
