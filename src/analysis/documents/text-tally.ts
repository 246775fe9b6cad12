import { UnreadableFile } from '#domain/analysis.ts';
import { isWhiteSpace } from '../content/utf16-counter.ts';
import { countedParts, type DocumentFacts, type DocumentSink, type Part } from './reader.ts';

/** The most UTF-16 code units of text that a document may have. */
const maxText = 64 * 2 ** 20;

/** Counts what a reader finds. */
export class TextTally implements DocumentSink {
  readonly #parts = new Map<Part, PartTally>();
  #facts: Partial<DocumentFacts> = {};
  #length = 0;

  text(part: Part, piece: string): void {
    this.#length += piece.length;
    if (this.#length > maxText)
      throw new UnreadableFile('too_large', `The document has more than ${maxText} characters of text.`);
    let tally = this.#parts.get(part);
    if (tally === undefined) {
      tally = new PartTally();
      this.#parts.set(part, tally);
    }
    tally.add(piece);
  }

  facts(facts: Partial<DocumentFacts>): void {
    const known = Object.entries(facts).filter(([, value]) => value !== '' && value !== undefined);
    this.#facts = { ...this.#facts, ...Object.fromEntries(known) };
  }

  get found(): Partial<DocumentFacts> {
    return this.#facts;
  }

  /** Words of the parts that count. */
  get words(): number {
    return this.#sum((tally) => tally.words);
  }

  get lines(): number {
    return this.#sum((tally) => tally.lines);
  }

  get characters(): number {
    return this.#sum((tally) => tally.characters);
  }

  get wordsByPart(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#parts].map(([part, { words }]) => [part, words]));
  }

  /** The text of the parts that count, each of which ends with a newline. */
  *counted(): Iterable<string> {
    for (const part of countedParts) {
      const tally = this.#parts.get(part);
      if (tally === undefined) continue;
      yield* tally.pieces;
      yield '\n';
    }
  }

  #sum(of: (tally: PartTally) => number): number {
    let sum = 0;
    for (const part of countedParts) {
      const tally = this.#parts.get(part);
      if (tally !== undefined) sum += of(tally);
    }
    return sum;
  }
}

class PartTally {
  readonly pieces: string[] = [];
  words = 0;
  lines = 0;
  characters = 0;
  #afterSpace = true;

  add(piece: string): void {
    this.pieces.push(piece);
    for (let at = 0; at < piece.length; at++) {
      const unit = piece.charCodeAt(at);
      const isSpace = isWhiteSpace(unit);
      if (this.#afterSpace && !isSpace) this.words += 1;
      this.#afterSpace = isSpace;
      if (unit === 0x0a) this.lines += 1;
      // The low half of a pair adds no character.
      if (unit < 0xdc00 || unit > 0xdfff) this.characters += 1;
    }
  }
}
