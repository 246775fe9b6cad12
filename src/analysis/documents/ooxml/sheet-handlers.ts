import type { PartText } from '../part-text.ts';
import type { XmlElement } from '../xml/element.ts';
import type { XmlHandler } from '../xml/scanner.ts';
import { unescaped } from './drawing-text.ts';
import type { NumberFormats } from './number-formats.ts';

/** Gives each string of a list: of shared strings, or of comments. Phonetic readings are left out. */
export class StringsHandler implements XmlHandler {
  readonly #element: string;
  readonly #found: (text: string) => void;
  #value = '';
  #inText = false;
  #inPhonetic = false;

  /** @param element the name of that which holds a string */
  constructor(element: 's:si' | 's:comment', found: (text: string) => void) {
    this.#element = element;
    this.#found = found;
  }

  open({ name }: XmlElement): void {
    if (name === this.#element) this.#value = '';
    else if (name === 's:rPh') this.#inPhonetic = true;
    else if (name === 's:t') this.#inText = !this.#inPhonetic;
  }

  close(name: string): void {
    if (name === 's:t') this.#inText = false;
    else if (name === 's:rPh') this.#inPhonetic = false;
    else if (name === this.#element) this.#found(unescaped(this.#value));
  }

  text(text: string): void {
    if (this.#inText) this.#value += text;
  }
}

/** What the cells of a workbook share. */
export interface Shared {
  readonly strings: readonly string[];
  readonly formats: NumberFormats;
}

/** Elements of a sheet whose text is read. */
const read: ReadonlySet<string> = new Set(['s:v', 's:t']);

/** Gives the values of the cells of a sheet, as they are shown (SpreadsheetML, ISO/IEC 29500-1, 18.3). */
export class SheetHandler implements XmlHandler {
  readonly #text: PartText;
  readonly #shared: Shared;
  #type = 'n';
  #style = 0;
  #value = '';
  #inValue = false;
  #inPhonetic = false;

  constructor(text: PartText, shared: Shared) {
    this.#text = text;
    this.#shared = shared;
  }

  open(element: XmlElement): void {
    const { name } = element;
    if (name === 's:c') {
      this.#type = element.get('t') ?? 'n';
      this.#style = Number(element.get('s') ?? 0);
      this.#value = '';
    } else if (read.has(name)) this.#inValue = !this.#inPhonetic;
    else if (name === 's:rPh') this.#inPhonetic = true;
    else if (pageHeader.test(name)) {
      this.#value = '';
      this.#inValue = true;
    }
  }

  close(name: string): void {
    if (read.has(name)) this.#inValue = false;
    else if (name === 's:rPh') this.#inPhonetic = false;
    else if (name === 's:c') {
      if (this.#value !== '') this.#text.add('body', `${this.#shown()}\t`);
    } else if (name === 's:row') this.#text.add('body', '\n');
    else if (pageHeader.test(name)) {
      this.#inValue = false;
      this.#text.add('page_headers', `${this.#value.replace(headerCode, ' ')}\n`);
    }
  }

  text(text: string): void {
    if (this.#inValue) this.#value += text;
  }

  #shown(): string {
    const { strings, formats } = this.#shared;
    if (this.#type === 's') return strings[Number(this.#value)] ?? '';
    if (this.#type === 'b') return booleanText(this.#value.trim() === '1');
    return this.#type === 'n' ? formats.shown(this.#value.trim(), this.#style) : unescaped(this.#value);
  }
}

export function booleanText(value: boolean): string {
  return value ? 'TRUE' : 'FALSE';
}

const pageHeader = /^s:(?:odd|even|first)(?:Header|Footer)$/;
/** Sections, fonts, sizes and fields in a page header. */
const headerCode = /&(?:"[^"]{0,200}"|\d{1,3}|[A-Za-z])/g;
