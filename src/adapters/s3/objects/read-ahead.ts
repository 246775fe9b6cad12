import type { BlobHandle } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { S3Client, S3Object } from '../client/client.ts';

const pieceBytes = 1024 * 1024;
/** Pieces that are fetched before they are asked for, once a reader goes through the blob in order. */
const piecesAhead = 4;
/** A reader that jumps comes back to few places. */
const maxPieces = 2 * piecesAhead;

/** Bytes of an object, fetched by range in pieces of which the latest stay in memory. */
export class ReadAhead implements BlobHandle {
  readonly #client: S3Client;
  readonly #object: S3Object;
  /** The least recently read comes first. */
  readonly #pieces = new Map<number, Promise<Buffer>>();
  /** The piece that was read last; the first one follows none. */
  #last = Number.NaN;

  constructor(client: S3Client, object: S3Object) {
    this.#client = client;
    this.#object = object;
  }

  get size(): number {
    return this.#object.size;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    const end = Math.min(offset + into.length, this.size);
    for (let at = offset; at < end; ) {
      const index = Math.floor(at / pieceBytes);
      if (index === this.#last + 1) this.#fetchAhead(index);
      this.#last = index;
      const piece = await this.#piece(index);
      const from = at - index * pieceBytes;
      at += piece.copy(into, at - offset, from, Math.min(piece.length, from + end - at));
    }
    return Math.max(end - offset, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pieces.clear();
  }

  #fetchAhead(index: number): void {
    for (let ahead = index; ahead <= index + piecesAhead && ahead * pieceBytes < this.size; ahead++)
      // A failure is told to whoever reads the piece.
      this.#piece(ahead).catch(() => undefined);
  }

  #piece(index: number): Promise<Buffer> {
    const piece = this.#pieces.get(index) ?? this.#fetch(index);
    this.#pieces.delete(index);
    this.#pieces.set(index, piece);
    for (const oldest of this.#pieces.keys()) {
      if (this.#pieces.size <= maxPieces) break;
      this.#pieces.delete(oldest);
    }
    return piece;
  }

  async #fetch(index: number): Promise<Buffer> {
    const offset = index * pieceBytes;
    const length = Math.min(pieceBytes, this.size - offset);
    try {
      const piece = await this.#client.get(this.#object.key, { offset, length });
      if (piece === undefined) throw new FilemillError('BLOB_MISSING', 'The blob was removed while it was read.');
      if (piece.length === length) return piece;
      throw new FilemillError('BLOB_DAMAGED', `The store gave ${piece.length} of ${length} bytes.`);
    } catch (error) {
      this.#pieces.delete(index);
      throw error;
    }
  }
}
