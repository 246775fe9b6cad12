import type { DocumentSink, Part } from './reader.ts';

/** Texts up to this length are joined, in UTF-16 code units. */
const joinedLength = 8_192;

/**
 * Joins the small pieces that a parser finds. Long ones are tallied faster, and no piece keeps the much larger text alive that
 * it was cut from.
 */
export class PartText {
  readonly #document: DocumentSink;
  readonly #pending = new Map<Part, string>();

  constructor(document: DocumentSink) {
    this.#document = document;
  }

  add(part: Part, piece: string): void {
    const text = (this.#pending.get(part) ?? '') + piece;
    if (text.length < joinedLength) {
      this.#pending.set(part, text);
      return;
    }
    this.#document.text(part, text);
    this.#pending.set(part, '');
  }

  /** Gives what is pending to the document. To be called at the end. */
  flush(): void {
    for (const [part, text] of this.#pending) if (text !== '') this.#document.text(part, text);
    this.#pending.clear();
  }
}
