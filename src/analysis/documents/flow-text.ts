import type { DocumentSink, Part } from './reader.ts';

/** What keeps two pieces of text apart; a later one in this list includes those before it. */
const gaps = ['', ' ', '\t', '\n'] as const;
export type Gap = (typeof gaps)[number];

/** The text that is collected before the document gets it: many short pieces would take more memory than their text. */
const pieceLength = 16_384;

/** Gives text to one part of a document, with runs of white space made one as in the layout of HTML. */
export class FlowText {
  readonly #document: DocumentSink;
  readonly #part: Part;
  #piece = '';
  #gap: Gap = '';
  #isEmpty = true;

  constructor(document: DocumentSink, part: Part) {
    this.#document = document;
    this.#part = part;
  }

  /** Adds text in which all white space is equal, but for no-break spaces. */
  add(text: string): void {
    const words = /[\t\n\f\r]| {2}/.test(text) ? text.replace(/[ \t\n\f\r]+/g, ' ') : text;
    const from = words.startsWith(' ') ? 1 : 0;
    if (from === 1) this.gap(' ');
    if (words.length === from) return;
    const endsWithSpace = words.endsWith(' ');
    this.addAsIs(words.slice(from, endsWithSpace ? -1 : undefined));
    if (endsWithSpace) this.gap(' ');
  }

  /** Adds text with its white space. */
  addAsIs(text: string): void {
    if (text === '') return;
    this.#piece += this.#isEmpty ? text : this.#gap + text;
    this.#gap = '';
    this.#isEmpty = false;
    if (this.#piece.length >= pieceLength) this.#give();
  }

  /** Keeps what was added apart from what will be. */
  gap(gap: Gap): void {
    if (gaps.indexOf(gap) > gaps.indexOf(this.#gap)) this.#gap = gap;
  }

  /** Gives what was added, as a whole. */
  end(): void {
    if (this.#isEmpty) return;
    this.#piece += '\n';
    this.#give();
    this.#gap = '';
    this.#isEmpty = true;
  }

  #give(): void {
    this.#document.text(this.#part, this.#piece);
    this.#piece = '';
  }
}
