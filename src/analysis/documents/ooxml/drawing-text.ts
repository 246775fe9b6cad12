import type { PartText } from '../part-text.ts';
import type { Part } from '../reader.ts';
import type { XmlElement } from '../xml/element.ts';
import { OfficeHandler } from './office-handler.ts';

/** The text of DrawingML (ISO/IEC 29500-1, 21): of shapes, diagrams, and the titles of charts. */
export class DrawingText extends OfficeHandler {
  protected part: Part;
  readonly #text: PartText;
  #inText = false;

  constructor(text: PartText, part: Part) {
    super();
    this.#text = text;
    this.part = part;
  }

  protected enter({ name }: XmlElement): boolean {
    if (texts.has(name)) this.#inText = true;
    else if (name === 'a:br') this.#text.add(this.part, '\n');
    return true;
  }

  protected leave(name: string): void {
    if (texts.has(name)) this.#inText = false;
    if (name === 'a:p' || name === 'p:text') this.#text.add(this.part, '\n');
  }

  protected characters(text: string): void {
    if (this.#inText) this.#text.add(this.part, unescaped(text));
  }
}

/** `p:text` is that of a comment. */
const texts: ReadonlySet<string> = new Set(['a:t', 'm:t', 'p:text']);

/** Characters that XML does not allow are written as `_x000B_` (ISO/IEC 29500-1, 22.9.2.19). */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9a-fA-F]{4})_/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
