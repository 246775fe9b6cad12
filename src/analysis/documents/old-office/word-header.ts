import { UnreadableFile } from '#domain/analysis.ts';
import type { Part } from '../reader.ts';

/** A part of the text, which holds all parts one behind the other. */
export interface Story {
  readonly part: Part | undefined;
  readonly length: number;
}

/** What a Word document says of itself at its beginning (the FIB). */
export interface WordHeader {
  readonly encrypted: boolean;
  readonly stories: readonly Story[];
  /** The stream with the tables: from Word 97 on; before, they are with the text. */
  readonly tables: '0Table' | '1Table' | undefined;
  /** The code page in which 8-bit text is stored. */
  readonly codePage: number;
  /** The pieces of the text: where they are in the tables, or where the text is if there are none. */
  readonly pieces: Range | undefined;
  readonly text: Range;
  /** The runs of characters with the same formatting, in the tables. */
  readonly formatting: Range | undefined;
}

export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** In this order. The text of macros is no part of a document. */
const parts: readonly (Part | undefined)[] = [
  'body',
  'footnotes',
  'page_headers',
  undefined,
  'comments',
  'footnotes',
  'text_boxes',
  'page_headers',
];

const word97 = 0xc1;
const complexFlag = 0x0004;
const encryptedFlag = 0x0100;
const secondTableFlag = 0x0200;

/**
 * Source: [MS-DOC] 2.5 for Word 97 and later; "Microsoft Word Binary File Format Specification" (1997 and 1999) for Word 6 and
 * 95, of which Word 2 has the same first fields.
 *
 * @throws UnreadableFile
 */
export function wordHeaderOf(bytes: Buffer): WordHeader {
  if (bytes.length < 0x80) throw new UnreadableFile('damaged', 'The Word document ends in its header.');
  const flags = bytes.readUInt16LE(0x0a);
  const isNew = bytes.readUInt16LE(2) >= word97;
  const at = isNew ? new97 : old;
  if (bytes.length < at.end) throw new UnreadableFile('damaged', 'The Word document ends in its header.');
  const range = (offset: number): Range => ({
    offset: bytes.readUInt32LE(offset),
    length: bytes.readUInt32LE(offset + 4),
  });
  const start = bytes.readUInt32LE(0x18);
  const hasPieces = isNew || (flags & complexFlag) !== 0;
  return {
    encrypted: (flags & encryptedFlag) !== 0,
    stories: parts.map((part, index) => ({ part, length: Math.max(0, bytes.readInt32LE(at.lengths + 4 * index)) })),
    tables: isNew ? ((flags & secondTableFlag) === 0 ? '0Table' : '1Table') : undefined,
    codePage: isNew ? 1252 : codePageOfLanguage(bytes.readUInt16LE(6)),
    pieces: hasPieces ? range(at.pieces) : undefined,
    text: { offset: start, length: Math.max(0, bytes.readUInt32LE(0x1c) - start) },
    formatting: isNew ? range(at.formatting) : undefined,
  };
}

/** Where the lengths of the parts and the two tables are, and where the last of them ends. */
const new97 = { lengths: 0x4c, pieces: 0x1a2, formatting: 0xfa, end: 0x1aa };
const old = { lengths: 0x34, pieces: 0x160, formatting: 0, end: 0x60 };

/** Code pages by the primary language of Windows. */
const codePages: Readonly<Record<number, number>> = {
  1: 1256,
  2: 1251,
  4: 936,
  5: 1250,
  8: 1253,
  13: 1255,
  14: 1250,
  17: 932,
  18: 949,
  21: 1250,
  24: 1250,
  25: 1251,
  27: 1250,
  30: 874,
  31: 1254,
  34: 1251,
  35: 1251,
  36: 1250,
  37: 1257,
  38: 1257,
  39: 1257,
  47: 1251,
};

function codePageOfLanguage(language: number): number {
  return codePages[language & 0x3ff] ?? 1252;
}
