import type { DocumentSink, Part } from '../reader.ts';

/** What control characters stand for; the others stand for nothing that is text, such as pictures and references. */
const controls: Readonly<Record<number, string>> = {
  7: '\t', // the end of a cell or of a row
  9: '\t',
  10: '\n',
  11: '\n',
  12: '\n',
  13: '\n',
  14: '\n',
  30: '\u2011',
};
/** What becomes of characters. */
export type Fate = 'shown' | 'hidden' | 'deleted';

const fieldBegin = 0x13;
const fieldSeparator = 0x14;
const fieldEnd = 0x15;

/**
 * Gives the text of one part as a reader sees it: of each field its result, not its code, which are between the characters
 * 0x13, 0x14 and 0x15. A field that never ends is none, so all behind its beginning is text.
 */
export class WordText {
  readonly #document: DocumentSink;
  readonly #part: Part;
  /** The fields around the next character, the outermost first: true while the code of the field goes on. */
  readonly #codes: boolean[] = [];
  #openCodes = 0;
  /** What is behind the beginning of the outermost code that is not over. */
  #code = '';

  constructor(document: DocumentSink, part: Part) {
    this.#document = document;
    this.#part = part;
  }

  add(text: string, fate: Fate): void {
    let shown = '';
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x20) continue;
      const seen = text.slice(from, at) + (controls[unit] ?? '');
      if (this.#openCodes === 0) shown += seen;
      else if (fate === 'shown') this.#code += seen;
      from = at + 1;
      this.#field(unit);
      if (this.#openCodes === 0) this.#code = '';
    }
    if (this.#openCodes === 0) shown += text.slice(from);
    else if (fate === 'shown') this.#code += text.slice(from);
    if (shown !== '' && fate !== 'deleted') this.#document.text(fate === 'hidden' ? 'hidden' : this.#part, shown);
  }

  /** To be called behind the last piece. */
  end(): void {
    if (this.#code !== '') this.#document.text(this.#part, this.#code);
  }

  #field(unit: number): void {
    if (unit === fieldBegin) {
      this.#codes.push(true);
      this.#openCodes += 1;
    } else if (unit === fieldSeparator && this.#codes.at(-1) === true) {
      this.#codes[this.#codes.length - 1] = false;
      this.#openCodes -= 1;
    } else if (unit === fieldEnd && this.#codes.pop() === true) this.#openCodes -= 1;
  }
}
