import { dateFact } from '../date-fact.ts';
import type { DocumentFacts, DocumentSink } from '../reader.ts';
import type { XmlElement } from '../xml/element.ts';
import type { XmlHandler } from '../xml/scanner.ts';

/** Reads the core and the extended properties of a package. */
export class PropertiesHandler implements XmlHandler {
  readonly #document: DocumentSink;
  #value = '';

  constructor(document: DocumentSink) {
    this.#document = document;
  }

  open(_: XmlElement): void {
    this.#value = '';
  }

  text(text: string): void {
    this.#value += text;
  }

  close(name: string): void {
    const facts = factsOf(name, this.#value.trim());
    if (facts !== undefined) this.#document.facts(facts);
  }
}

function factsOf(name: string, value: string): Partial<DocumentFacts> | undefined {
  if (name === 'dc:title') return { title: value };
  if (name === 'dc:creator') return { author: value };
  if (name === 'dc:subject') return { subject: value };
  if (name === 'dcterms:created') return dateFact('created', value);
  if (name === 'dcterms:modified') return dateFact('modified', value);
  return name === 'ep:Pages' && /^[1-9]\d{0,6}$/.test(value) ? { pages: Number(value) } : undefined;
}
