import { UnreadableFile } from '#domain/analysis.ts';
import type { WordHeader } from './word-header.ts';

/** Characters that are next to each other in the stream of the document. */
export interface Piece {
  /** Bytes. */
  readonly start: number;
  readonly characters: number;
  /** Bytes of each character. */
  readonly width: 1 | 2;
}

const maxPieces = 2 ** 20;
const properties = 1;
const table = 2;
/** In the offset of a piece: one byte per character, and twice the offset. */
const narrow = 0x4000_0000;

/**
 * The pieces of the text, in order. A document that was saved fast has many.
 *
 * Source: [MS-DOC] 2.8.35 (PlcPcd), 2.9.38 (Clx), 2.9.73 (FcCompressed).
 *
 * @throws UnreadableFile
 */
export function piecesOf(header: WordHeader, tables: Buffer): readonly Piece[] {
  const { pieces, text } = header;
  if (pieces === undefined || pieces.length === 0) return [{ start: text.offset, characters: text.length, width: 1 }];
  const list = pieceTable(tables.subarray(pieces.offset, pieces.offset + pieces.length));
  const count = Math.floor((list.length - 4) / 12);
  if (count < 1 || count > maxPieces)
    throw new UnreadableFile('damaged', 'The table of the pieces of the Word document is damaged.');
  return Array.from({ length: count }, (_, index) => {
    const characters = list.readUInt32LE(4 * index + 4) - list.readUInt32LE(4 * index);
    const offset = list.readUInt32LE(4 * (count + 1) + 8 * index + 2);
    if (header.tables === undefined) return { start: offset, characters, width: 1 };
    return (offset & narrow) === 0
      ? { start: offset & ~narrow, characters, width: 2 }
      : { start: (offset & ~narrow) / 2, characters, width: 1 };
  });
}

/** The table is behind lists of properties that pieces refer to. */
function pieceTable(bytes: Buffer): Buffer {
  let at = 0;
  while (at + 5 <= bytes.length && bytes[at] === properties) at += 3 + bytes.readUInt16LE(at + 1);
  if (at + 5 > bytes.length || bytes[at] !== table) return Buffer.alloc(0);
  return bytes.subarray(at + 5, at + 5 + bytes.readUInt32LE(at + 1));
}
