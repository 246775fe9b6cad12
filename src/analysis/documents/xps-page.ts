import type { PartText } from './part-text.ts';
import type { XmlElement } from './xml/element.ts';
import type { XmlHandler } from './xml/scanner.ts';

/** How much space between two pieces of a line makes them two words, in em. */
const wordGap = 0.2;
/** How far two pieces of a line may be apart in height, in em. */
const lineDrift = 0.3;
/** The width that most characters have at most, in em: where a piece does not say how wide it is. */
const usualWidth = 0.6;

interface Piece {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly end: number;
}

/** The text of a page: pieces with their places, in the order in which they are drawn (ECMA-388, 12). */
export class PageHandler implements XmlHandler {
  readonly #text: PartText;
  #last: Piece | undefined;

  constructor(text: PartText) {
    this.#text = text;
  }

  open(element: XmlElement): void {
    const name = localName(element.name);
    // Places in another canvas may be measured in another way.
    if (name === 'Canvas') this.#last = undefined;
    if (name !== 'Glyphs') return;
    // A string that begins with a brace is written behind two of them.
    const text = (element.get('UnicodeString') ?? '').replace(/^\{\}/, '');
    if (text === '') return;
    const piece = pieceOf(element, text);
    this.#text.add('body', separator(this.#last, piece) + text);
    this.#last = piece;
  }

  close(name: string): void {
    const local = localName(name);
    if (local === 'Canvas') this.#last = undefined;
    if (local === 'FixedPage') this.#text.add('body', '\n');
  }

  text(): void {}
}

export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function pieceOf(element: XmlElement, text: string): Piece {
  const x = Number(element.get('OriginX') ?? 0);
  const size = Number(element.get('FontRenderingEmSize') ?? 0);
  const width = advances(element.get('Indices') ?? '', text.length);
  return { x, y: Number(element.get('OriginY') ?? 0), size, end: x + width * size };
}

/** The width of a piece in em: each glyph may say its advance, in hundredths. */
function advances(indices: string, length: number): number {
  let width = 0;
  const glyphs = indices.split(';', length);
  for (let at = 0; at < length; at++) {
    const advance = Number.parseFloat(glyphs[at]?.split(',', 2)[1] ?? '');
    width += Number.isNaN(advance) ? usualWidth : advance / 100;
  }
  return width;
}

function separator(last: Piece | undefined, { x, y, size }: Piece): string {
  if (last === undefined || Math.abs(y - last.y) > lineDrift * size) return '\n';
  return x < last.x || x - last.end > wordGap * size ? ' ' : '';
}
