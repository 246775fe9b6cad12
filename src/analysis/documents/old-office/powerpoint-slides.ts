import type { DocumentSink, Part } from '../reader.ts';
import { type Atom, recordsIn, recordType } from './powerpoint-records.ts';

const maxDepth = 100;

/** Placeholders for a date, the number of the slide, a footer and a header. */
const pagePlaceholders: ReadonlySet<number> = new Set([7, 8, 9, 10]);

/** Characters that stand for what is made automatically. */
const fields: ReadonlySet<number> = new Set<number>([
  recordType.slideNumber,
  recordType.dateTime,
  recordType.genericDate,
  recordType.header,
  recordType.footer,
  recordType.formattedDate,
]);

const containers: ReadonlySet<number> = new Set<number>([
  recordType.drawing,
  recordType.drawingContainer,
  recordType.shapeGroup,
  recordType.tags,
  recordType.binaryTag,
  recordType.binaryTagData,
]);

/** The texts in a list of records, each of which begins with a header. */
export function textsIn(records: Iterable<Atom>): string[] {
  const texts: string[] = [];
  for (const { type, data } of records) {
    const last = texts.length - 1;
    if (type === recordType.textHeader) texts.push('');
    else if (type === recordType.wideText && last >= 0) texts[last] = data.toString('utf16le');
    else if (type === recordType.narrowText && last >= 0) texts[last] = data.toString('latin1');
    else if (fields.has(type) && last >= 0 && data.length >= 4)
      texts[last] = without(texts[last] as string, data.readUInt32LE(0));
  }
  return texts;
}

/** NUL stands for a field, so that the positions of others stay. */
function without(text: string, position: number): string {
  return position < text.length ? `${text.slice(0, position)}\0${text.slice(position + 1)}` : text;
}

/** Gives the text of the shapes of a slide, and the comments on it. */
export class SlideText {
  readonly #document: DocumentSink;
  readonly #part: Part;
  /** Texts that shapes refer to; those that none refers to are given at the end. */
  readonly #outline: (string | undefined)[];

  constructor(document: DocumentSink, part: Part, outline: readonly string[]) {
    this.#document = document;
    this.#part = part;
    this.#outline = [...outline];
  }

  read(slide: Buffer): void {
    this.#walk(slide, 0);
    for (const text of this.#outline) this.#give(this.#part, text ?? '');
  }

  #walk(bytes: Buffer, depth: number): void {
    if (depth > maxDepth) return;
    for (const { type, data } of recordsIn(bytes)) {
      if (type === recordType.shape) this.#shape(data);
      else if (type === recordType.comment) this.#comment(data);
      else if (containers.has(type)) this.#walk(data, depth + 1);
    }
  }

  #shape(data: Buffer): void {
    let part = this.#part;
    for (const record of recordsIn(data)) {
      if (record.type === recordType.shapeData && isOnEachPage(record.data)) part = 'page_headers';
      else if (record.type === recordType.textBox) this.#textBox(record.data, part);
    }
  }

  #textBox(data: Buffer, part: Part): void {
    for (const { type, data: reference } of recordsIn(data)) {
      if (type !== recordType.outlineReference || reference.length < 4) continue;
      const index = reference.readUInt32LE(0);
      this.#give(part, this.#outline[index] ?? '');
      if (index < this.#outline.length) this.#outline[index] = undefined;
    }
    for (const text of textsIn(recordsIn(data))) this.#give(part, text);
  }

  /** Its strings are the author, the text and the initials. */
  #comment(data: Buffer): void {
    for (const record of recordsIn(data))
      if (record.type === recordType.string && record.instance === 1)
        this.#give('comments', record.data.toString('utf16le'));
  }

  #give(part: Part, text: string): void {
    if (text !== '') this.#document.text(part, `${text.replaceAll('\0', '').replaceAll('\r', '\n')}\n`);
  }
}

function isOnEachPage(data: Buffer): boolean {
  for (const record of recordsIn(data))
    if (record.type === recordType.placeholder && record.data.length >= 5)
      return pagePlaceholders.has(record.data.readUInt8(4));
  return false;
}
