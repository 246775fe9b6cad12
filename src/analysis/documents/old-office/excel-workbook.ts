import { UnreadableFile } from '#domain/analysis.ts';
import { decodeCodePage } from '../code-pages.ts';
import { NumberFormats } from '../ooxml/number-formats.ts';
import type { DocumentSink, Part } from '../reader.ts';
import { decrypted } from './excel-encryption.ts';
import { type ExcelRecord, RecordReader, recordsOf } from './excel-records.ts';

/** The records that matter here. Some have other numbers in the versions 2 to 4. */
const record = {
  begin: [0x0809, 0x0409, 0x0209, 0x0009],
  end: [0x000a],
  codePage: [0x0042],
  sheet: [0x0085],
  strings: [0x00fc],
  style: [0x00e0, 0x0443, 0x0243],
  format: [0x041e, 0x001e],
  sharedText: [0x00fd],
  text: [0x0204, 0x0004, 0x00d6],
  number: [0x0203, 0x0003],
  integer: [0x0002],
  packedNumber: [0x027e],
  packedNumbers: [0x00bd],
  formula: [0x0006, 0x0206, 0x0406],
  formulaText: [0x0207, 0x0007],
  boolean: [0x0205, 0x0005],
  note: [0x001c],
  object: [0x005d],
  objectText: [0x01b6],
  pageHeader: [0x0014, 0x0015],
} as const;
type RecordName = keyof typeof record;

const names = new Map<number, RecordName>(
  Object.entries(record).flatMap(([name, types]) => types.map((type) => [type, name as RecordName] as const)),
);

const passwordRecord = 0x002f;
const maxStrings = 2 ** 22;
const worksheet = 0x10;
const commentObject = 0x19;

const errors: Readonly<Record<number, string>> = {
  0: '#NULL!',
  7: '#DIV/0!',
  15: '#VALUE!',
  23: '#REF!',
  29: '#NAME?',
  36: '#NUM!',
  42: '#N/A',
};

/**
 * Gives the values of all cells of a workbook as they are displayed, and its notes and text boxes. Charts are left out.
 *
 * Source: [MS-XLS]; "OpenOffice.org's Documentation of the Microsoft Excel File Format" for the versions 2 to 5.
 *
 * @throws UnreadableFile
 */
export class ExcelWorkbook {
  readonly #document: DocumentSink;
  readonly #formats = new NumberFormats();
  readonly #strings: string[] = [];
  /** Kinds of the streams within the stream, of which each is within the one before. */
  readonly #within: number[] = [];
  #version = 0;
  #codePage = 1252;
  #sheets = 0;
  #oldFormats = 0;
  #row = -1;
  #isComment = false;

  constructor(document: DocumentSink) {
    this.#document = document;
  }

  read(stream: Buffer): void {
    for (const found of recordsOf(stream)) {
      const name = names.get(found.type);
      if (this.#version === 0 && name !== undefined && name !== 'begin')
        throw new UnreadableFile('damaged', 'The workbook has no beginning.');
      if (found.type === passwordRecord) {
        this.#readEncrypted(stream, found.data);
        return;
      }
      if (name !== undefined) this.#take(name, found);
    }
    this.#document.facts({ sheets: Math.max(this.#sheets, 1) });
  }

  /** Records that are encrypted come behind the password. */
  #readEncrypted(stream: Buffer, password: Buffer): void {
    const clear = decrypted(stream, password);
    if (clear === undefined) this.#document.facts({ encrypted: true });
    else new ExcelWorkbook(this.#document).read(clear);
  }

  #take(name: RecordName, found: ExcelRecord): void {
    if (name === 'begin') this.#begin(found);
    else if (name === 'end') this.#within.pop();
    else if (this.#isSheet) this.#takeOfSheet(name, found);
    // Before version 5 a sheet has its own styles.
    if (!this.#isSheet || this.#version < 5) this.#takeOfWorkbook(name, found);
  }

  get #isSheet(): boolean {
    return this.#version < 5 || this.#within.at(-1) === worksheet;
  }

  #begin({ type, data }: ExcelRecord): void {
    if (this.#version === 0) this.#version = versionOf(type, data);
    if (this.#within.length > 1_000) throw new UnreadableFile('damaged', 'The parts of the workbook are too deep.');
    this.#within.push(data.length < 4 ? 0 : data.readUInt16LE(2));
    this.#row = -1;
  }

  #takeOfWorkbook(name: RecordName, { data, parts }: ExcelRecord): void {
    if (name === 'codePage' && data.length >= 2) this.#codePage = codePageOf(data.readUInt16LE(0));
    else if (name === 'sheet' && data.length >= 6 && data.readUInt8(5) === 0) this.#sheets += 1;
    else if (name === 'strings') this.#readStrings(new RecordReader(parts, 8), data);
    else if (name === 'style' && data.length >= 4)
      this.#formats.addStyle(this.#version < 5 ? data.readUInt8(1) : data.readUInt16LE(2));
    else if (name === 'format' && data.length >= 4) this.#defineFormat(data, parts);
  }

  #readStrings(reader: RecordReader, data: Buffer): void {
    const count = data.length < 8 ? 0 : data.readUInt32LE(4);
    if (count > maxStrings) throw new UnreadableFile('too_large', `The workbook has more than ${maxStrings} texts.`);
    while (this.#strings.length < count && !reader.isAtEnd) this.#strings.push(reader.string());
  }

  /** Before version 5 formats are numbered by their order. */
  #defineFormat(data: Buffer, parts: readonly Buffer[]): void {
    if (this.#version >= 8) this.#formats.define(data.readUInt16LE(0), new RecordReader(parts, 2).string());
    else if (this.#version >= 5) this.#formats.define(data.readUInt16LE(0), this.#shortText(data, 2));
    else this.#formats.define(this.#oldFormats++, this.#shortText(data, this.#version === 4 ? 2 : 0));
  }

  #takeOfSheet(name: RecordName, { data, parts }: ExcelRecord): void {
    if (name === 'note') this.#note(data);
    else if (name === 'object') this.#isComment = data.length >= 6 && data.readUInt16LE(4) === commentObject;
    else if (name === 'objectText') this.#objectText(data, parts);
    else if (name === 'pageHeader') this.#pageHeader(data, parts);
    else if (name === 'formulaText') this.#cell(this.#text(parts, 0));
    else if (data.length >= this.#valueAt) this.#takeOfCell(name, data, parts);
  }

  /** Where the value of a cell is, behind its row, its column and its style. */
  get #valueAt(): number {
    return this.#version === 2 ? 7 : 6;
  }

  #takeOfCell(name: RecordName, data: Buffer, parts: readonly Buffer[]): void {
    const at = this.#valueAt;
    const style = this.#version === 2 ? -1 : data.readUInt16LE(4);
    const left = data.length - at;
    this.#goTo(data.readUInt16LE(0));
    if (name === 'sharedText' && left >= 4) this.#cell(this.#strings[data.readUInt32LE(at)] ?? '');
    else if (name === 'text') this.#cell(this.#text(parts, at));
    else if (name === 'number' && left >= 8) this.#number(data.readDoubleLE(at), style);
    else if (name === 'integer' && left >= 2) this.#number(data.readUInt16LE(at), style);
    else if (name === 'packedNumber' && left >= 4) this.#number(unpacked(data.readInt32LE(at)), style);
    else if (name === 'packedNumbers') this.#numbers(data);
    else if (name === 'boolean' && left >= 2) this.#cell(truthOf(data.readUInt8(at), data.readUInt8(at + 1) !== 0));
    else if (name === 'formula' && left >= 8) this.#result(data.subarray(at, at + 8), style);
  }

  /** The result of a formula: a number, or what 0xffff at the end says. A text is in a record of its own. */
  #result(value: Buffer, style: number): void {
    if (value.readUInt16LE(6) !== 0xffff) this.#number(value.readDoubleLE(0), style);
    else if (value.readUInt8(0) === 1) this.#cell(truthOf(value.readUInt8(2), false));
    else if (value.readUInt8(0) === 2) this.#cell(truthOf(value.readUInt8(2), true));
  }

  #numbers(data: Buffer): void {
    for (let at = 4; at + 8 <= data.length; at += 6)
      this.#number(unpacked(data.readInt32LE(at + 2)), data.readUInt16LE(at));
  }

  #number(value: number, style: number): void {
    this.#cell(this.#formats.shown(String(value), style));
  }

  #goTo(row: number): void {
    if (row !== this.#row) this.#document.text('body', '\n');
    this.#row = row;
  }

  #cell(text: string): void {
    if (text !== '') this.#document.text('body', `${text}\t`);
  }

  /** In version 8 the text of a note is that of its object. */
  #note(data: Buffer): void {
    if (this.#version < 8 && data.length > 6) this.#give('comments', decodeCodePage(data.subarray(6), this.#codePage));
  }

  /** The record has the number of characters, and the next one has them. */
  #objectText(data: Buffer, parts: readonly Buffer[]): void {
    const count = data.length < 12 ? 0 : data.readUInt16LE(10);
    const reader = new RecordReader(parts.slice(1));
    if (count > 0) this.#give(this.#isComment ? 'comments' : 'text_boxes', reader.characters(count, reader.byte()));
  }

  #pageHeader(data: Buffer, parts: readonly Buffer[]): void {
    if (data.length < 2) return;
    const text = this.#version >= 8 ? new RecordReader(parts).string() : this.#shortText(data, 0);
    // Codes for fonts, positions and fields begin with "&".
    this.#give('page_headers', text.replace(/&(?:"[^"]{0,255}"|\d{1,3}|[A-Z])/gi, ' '));
  }

  #give(part: Part, text: string): void {
    if (text !== '') this.#document.text(part, `${text}\n`);
  }

  #text(parts: readonly Buffer[], at: number): string {
    if (this.#version >= 8) return new RecordReader(parts, at).string();
    const data = parts[0] as Buffer;
    if (this.#version === 2) return this.#shortText(data, at);
    return at + 2 > data.length ? '' : this.#decode(data, at + 2, data.readUInt16LE(at));
  }

  /** A text with its length in one byte before it. */
  #shortText(data: Buffer, at: number): string {
    return at >= data.length ? '' : this.#decode(data, at + 1, data.readUInt8(at));
  }

  #decode(data: Buffer, at: number, length: number): string {
    return decodeCodePage(data.subarray(at, at + length), this.#codePage);
  }
}

function versionOf(type: number, data: Buffer): number {
  const isNew = data.length >= 2 && data.readUInt16LE(0) === 0x0600;
  return { 9: 2, 521: 3, 1033: 4 }[type] ?? (isNew ? 8 : 5);
}

/** Old versions have numbers of their own for the Macintosh and Windows. */
function codePageOf(value: number): number {
  return { 32768: 10000, 32769: 1252, 367: 1252 }[value] ?? value;
}

/** A number in 30 bits: the high ones of a floating-point number, or an integer; in hundredths if the lowest bit is set. */
function unpacked(packed: number): number {
  let value = packed >> 2;
  if ((packed & 2) === 0) {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32LE(packed & ~3, 4);
    value = bytes.readDoubleLE(0);
  }
  return (packed & 1) === 0 ? value : value / 100;
}

function truthOf(value: number, isError: boolean): string {
  if (isError) return errors[value] ?? '#ERR!';
  return value === 0 ? 'FALSE' : 'TRUE';
}
