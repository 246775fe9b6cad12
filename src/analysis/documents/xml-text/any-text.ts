import type { PartText } from '../part-text.ts';
import type { XmlHandler } from '../xml/scanner.ts';

/**
 * All text of an XML document that says nothing of itself. Where one element ends and another begins, a word ends; within a
 * text, elements are taken for emphasis and the like, which do not end words unless they are empty.
 */
export class AnyText implements XmlHandler {
  readonly #text: PartText;
  #last: 'open' | 'close' | 'text' = 'text';

  constructor(text: PartText) {
    this.#text = text;
  }

  open(): void {
    if (this.#last === 'close') this.#text.add('body', '\n');
    this.#last = 'open';
  }

  close(): void {
    if (this.#last === 'open') this.#text.add('body', '\n');
    this.#last = 'close';
  }

  text(text: string): void {
    this.#text.add('body', text);
    this.#last = 'text';
  }
}
