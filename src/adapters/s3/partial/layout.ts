import { isUuid } from '#domain/uuid.ts';
import type { S3Object } from '../client/client.ts';

/**
 * How a partial blob is laid out. No object is ever replaced, so that a process that lost its lock on the upload, and whose
 * last request is still on its way, changes nothing that its successor wrote:
 *
 *     partial/<id>/<opening>-<turn>-<offset>   bytes from this offset on; none in a mark
 *     partial/<id>/note-<version>              the note; the last version counts
 *     partial/<id>/ended-<version>             the same, of a blob whose bytes were removed
 *
 * Each process that opens the blob takes the next opening. A mark says where the bytes that count ended when the blob was opened, or
 * to where they were taken back; marks and the bytes between them take turns. What an earlier opening or turn wrote from
 * there on counts no more. Numbers have leading zeros, so that a list has the order in which the objects were written.
 */
const keys = /^partial\/([0-9a-f-]{36})\/(?:([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{14})|(note|ended)-([0-9a-f]{8}))$/;

export const partialFolder = 'partial/';

export function folderOf(id: string): string {
  return `${partialFolder}${id}/`;
}

export function noteKey(id: string, kind: 'note' | 'ended', version: number): string {
  return `${folderOf(id)}${kind}-${hex(version, 8)}`;
}

/** The id in a key that a list of the folder answered with. */
export function idOf(key: string): string {
  return key.slice(partialFolder.length, partialFolder.length + 36);
}

export function isNote(key: string): boolean {
  return keys.exec(key)?.[5] !== undefined;
}

/** @param opening of the one process that may take this turn */
export function bytesKey(id: string, opening: number, turn: number, offset: number): string {
  return `${folderOf(id)}${hex(opening, 8)}-${hex(turn, 4)}-${hex(offset, 14)}`;
}

/** Bytes of one object that count. */
export interface Piece {
  readonly key: string;
  /** Where in the blob its bytes begin; they are the first ones of their object. */
  readonly offset: number;
  readonly length: number;
}

/** What the objects of one partial blob say. */
export interface PartialContent {
  readonly pieces: readonly Piece[];
  /** Bytes that count. */
  readonly size: number;
  /** The opening of the last writer; 0 if there was none. */
  readonly opening: number;
  readonly note: { readonly key: string; readonly version: number; readonly ended: boolean } | undefined;
  readonly writtenAt: Date;
  /** The keys of all its objects. */
  readonly keys: readonly string[];
}

/** The blobs that these objects belong to. @param objects in the order of their keys */
export function readBlobs(objects: readonly S3Object[]): ReadonlyMap<string, PartialContent> {
  const byId = Map.groupBy(objects, ({ key }) => keys.exec(key)?.[1] ?? '');
  return new Map(byId.entries().flatMap(([id, own]) => (isUuid(id) ? [[id, readBlob(own)] as const] : [])));
}

function readBlob(objects: readonly S3Object[]): PartialContent {
  const pieces: Piece[] = [];
  let [size, lastOpening] = [0, 0];
  let note: PartialContent['note'];
  for (const object of objects) {
    const [, , opening = '', , offset = '', kind, version = ''] = keys.exec(object.key) ?? [];
    if (kind === undefined) {
      lastOpening = Math.max(lastOpening, Number.parseInt(opening, 16));
      size = addPiece(pieces, { key: object.key, offset: Number.parseInt(offset, 16), length: object.size }, size);
    } else {
      const found = { key: object.key, version: Number.parseInt(version, 16), ended: kind === 'ended' };
      if (note === undefined || found.version > note.version) note = found;
    }
  }
  const writtenAt = new Date(Math.max(...objects.map((object) => object.writtenAt.getTime())));
  return { pieces, size, opening: lastOpening, note, writtenAt, keys: objects.map(({ key }) => key) };
}

/** Answers with the new size. Bytes behind a gap, whose predecessors did not arrive, do not count. */
function addPiece(pieces: Piece[], piece: Piece, size: number): number {
  if (piece.offset > size) return size;
  cutPieces(pieces, piece.offset);
  if (piece.length > 0) pieces.push(piece);
  return piece.offset + piece.length;
}

/** Takes back what lies behind `size`. */
export function cutPieces(pieces: Piece[], size: number): void {
  for (let last = pieces.at(-1); last !== undefined && last.offset + last.length > size; last = pieces.at(-1)) {
    pieces.pop();
    if (last.offset < size) pieces.push({ ...last, length: size - last.offset });
  }
}

/** Hexadecimal with leading zeros. */
function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}
