import type { XmlElement } from '../xml/element.ts';
import type { XmlHandler } from '../xml/scanner.ts';

/**
 * Walks the markup of an Office document. Of content in several forms (AlternateContent, ISO/IEC 29500-3) it sees the first,
 * which is the newest: the others say the same once more.
 */
export abstract class OfficeHandler implements XmlHandler {
  /** How deep inside an unwanted element the walk is. */
  #skipped = 0;
  /** The number of open elements, with that which is entered or left. */
  protected depth = 0;
  /** For each open AlternateContent: whether its content was seen. */
  readonly #alternatives: boolean[] = [];

  /** Returns false to leave out all that is in the element; then `leave` is not called for it either. */
  protected abstract enter(element: XmlElement): boolean;
  protected abstract leave(name: string): void;
  protected abstract characters(text: string): void;

  open(element: XmlElement): void {
    this.depth += 1;
    if (this.#skipped > 0 || !this.#isAlternative(element.name) || !this.enter(element)) this.#skipped += 1;
  }

  close(name: string): void {
    if (this.#skipped > 0) this.#skipped -= 1;
    else {
      if (name === 'mc:AlternateContent') this.#alternatives.pop();
      this.leave(name);
    }
    this.depth -= 1;
  }

  text(text: string): void {
    if (this.#skipped === 0) this.characters(text);
  }

  #isAlternative(name: string): boolean {
    if (name === 'mc:AlternateContent') this.#alternatives.push(false);
    if (name !== 'mc:Choice' && name !== 'mc:Fallback') return true;
    const isFirst = this.#alternatives.at(-1) !== true;
    this.#alternatives[this.#alternatives.length - 1] = true;
    return isFirst;
  }
}
