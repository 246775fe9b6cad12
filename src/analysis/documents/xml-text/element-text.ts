import type { PartText } from '../part-text.ts';
import type { DocumentFacts, DocumentSink, Part } from '../reader.ts';
import type { XmlElement } from '../xml/element.ts';
import type { XmlHandler } from '../xml/scanner.ts';

/** What elements of a format mean, by their local names. */
export interface TextFormat {
  /** The part of the text in an element; null leaves out all that is in it. */
  partOf(name: string, element: XmlElement): Part | null | undefined;
  /** Whether words end where the element begins and ends. */
  isBlock(name: string, element: XmlElement): boolean;
  readonly facts?: ReadonlyMap<string, keyof DocumentFacts>;
}

interface Scope {
  readonly part: Part | null;
  readonly isBlock: boolean;
}

/** The text in those elements of a format that have any. */
export class ElementText implements XmlHandler {
  readonly #text: PartText;
  readonly #document: DocumentSink;
  readonly #format: TextFormat;
  readonly #scopes: Scope[] = [];
  #value = '';

  constructor(text: PartText, document: DocumentSink, format: TextFormat) {
    this.#text = text;
    this.#document = document;
    this.#format = format;
  }

  open(element: XmlElement): void {
    this.#value = '';
    const name = localName(element.name);
    const outer = this.#scopes.at(-1)?.part ?? null;
    const part = this.#format.partOf(name, element);
    const scope = { part: part === undefined ? outer : part, isBlock: this.#format.isBlock(name, element) };
    this.#scopes.push(scope);
    this.#end(scope);
  }

  text(text: string): void {
    const part = this.#scopes.at(-1)?.part ?? null;
    if (part === null) this.#value += text;
    else this.#text.add(part, text);
  }

  close(name: string): void {
    const scope = this.#scopes.pop();
    if (scope !== undefined) this.#end(scope);
    const fact = this.#format.facts?.get(localName(name));
    if (fact !== undefined && scope?.part === null) this.#document.facts({ [fact]: this.#value.trim() });
    this.#value = '';
  }

  #end({ part, isBlock }: Scope): void {
    if (isBlock && part !== null) this.#text.add(part, '\n');
  }
}

export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
