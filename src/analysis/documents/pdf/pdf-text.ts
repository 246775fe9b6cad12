import type { Box, Pdfium } from './pdfium.ts';

/** What PDFium puts in the place of a hyphen at the end of a line, and of the break behind it. */
const joint = '\ufffe';
/** PDFium leaves U+2010, which typesetters use, too. */
const endsInHyphen = /\p{L}\u2010$/u;
const beginsWithLetter = /^\p{L}/u;

interface Glyph {
  /** From the font's ascent to its descent, and as wide as the next glyph is away. */
  readonly box: Box;
  /** The height of its base line. */
  readonly y: number;
}

/** The text of a page, which PDFium has divided into lines. */
export class PdfText {
  readonly #pdfium: Pdfium;
  readonly #textPage: number;

  constructor(pdfium: Pdfium, textPage: number) {
    this.#pdfium = pdfium;
    this.#textPage = textPage;
  }

  /**
   * The lines that are not outside of `visible`. PDFium begins a line at every sub- and superscript; where that divides a
   * word, the word is put together again.
   */
  within(visible: Box): string {
    let text = '';
    let before = '';
    let end: Glyph | undefined;
    let at = 0;
    for (const line of this.#whole().split('\r\n')) {
      const from = line === '' ? undefined : this.#glyph(at);
      const to = line === '' ? undefined : this.#glyph(at + line.length - 1);
      at += line.length + 2;
      if (from !== undefined && to !== undefined && isOutside(from, visible) && isOutside(to, visible)) continue;
      if (endsInHyphen.test(before) && beginsWithLetter.test(line)) text = text.slice(0, -1) + line;
      else text += isContinued(end, from) ? line : `\n${line}`;
      end = to;
      before = line;
    }
    return text.replaceAll(joint, '');
  }

  #whole(): string {
    const { call } = this.#pdfium;
    const characters = call._FPDFText_CountChars(this.#textPage);
    if (characters <= 0) return '';
    const buffer = this.#pdfium.room((characters + 1) * 2);
    const units = call._FPDFText_GetText(this.#textPage, 0, characters, buffer);
    return this.#pdfium.utf16(buffer, Math.max(0, units - 1) * 2);
  }

  #glyph(textIndex: number): Glyph | undefined {
    const { call } = this.#pdfium;
    const index = call._FPDFText_GetCharIndexFromTextIndex(this.#textPage, textIndex);
    const room = this.#pdfium.room(32);
    if (call._FPDFText_GetLooseCharBox(this.#textPage, index, room) === 0) return undefined;
    const box = this.#pdfium.box(room);
    if (call._FPDFText_GetCharOrigin(this.#textPage, index, room, room + 8) === 0) return undefined;
    return { box, y: this.#pdfium.double(room + 8) };
  }
}

function isOutside({ box }: Glyph, visible: Box): boolean {
  const x = (box.left + box.right) / 2;
  const y = (box.bottom + box.top) / 2;
  return x < visible.left || x > visible.right || y < visible.bottom || y > visible.top;
}

/** Whether a line goes on where another ends: half a line higher or lower at most, and without a space. */
function isContinued(end: Glyph | undefined, from: Glyph | undefined): boolean {
  if (end === undefined || from === undefined) return false;
  const height = Math.max(end.box.top - end.box.bottom, from.box.top - from.box.bottom);
  const gap = from.box.left - end.box.right;
  return Math.abs(from.y - end.y) < height / 2 && gap < height / 10 && gap > -height / 3;
}
