import { PartText } from '../part-text.ts';
import type { DocumentSink, Part } from '../reader.ts';
import type { XmlElement } from '../xml/element.ts';
import type { XmlHandler } from '../xml/scanner.ts';
import { cellValue, formValue, isHidden, type Kind, kinds, partIn, repeated, spaces, unread } from './elements.ts';
import { metaFacts, pagesFact } from './meta.ts';
import { RepeatedText } from './repeated-text.ts';

/** Within an element: the part that text belongs to, and how many paragraphs are open; outside of them is no text. */
interface Context {
  readonly depth: number;
  readonly part: Part | undefined;
  paragraphs: number;
}

/** The text and the facts of the XML files of OpenDocument, packed or flat (ISO/IEC 26300-1). */
export class OdfText implements XmlHandler {
  readonly #document: DocumentSink;
  readonly #text: PartText;
  readonly #body: RepeatedText;
  readonly #contexts: Context[] = [{ depth: 0, part: undefined, paragraphs: 0 }];
  readonly #hiddenStyles = new Set<string>();
  readonly #counts = { sheets: 0, slides: 0 };
  #kind: Kind = 'text';
  #style = '';
  #depth = 0;
  /** The depth of an element that is left out with all that is in it, or 0. */
  #unreadDepth = 0;
  #inMeta = false;
  #metaValue = '';
  /** The value of a cell, until its text comes. */
  #cellValue = '';

  constructor(document: DocumentSink) {
    this.#document = document;
    this.#text = new PartText(document);
    this.#body = new RepeatedText((text) => this.#text.add('body', text));
  }

  /** To be called after the last file. */
  finish(): void {
    this.#text.flush();
    const { sheets, slides } = this.#counts;
    if (this.#kind === 'spreadsheet') this.#document.facts({ sheets });
    if (slides > 0) this.#document.facts({ slides });
  }

  open(element: XmlElement): void {
    this.#depth += 1;
    if (this.#unreadDepth > 0) return;
    const { name } = element;
    const space = spaces.get(name);
    if (unread.has(name)) this.#unreadDepth = this.#depth;
    else if (space !== undefined) this.#openSpace(space);
    else if (this.#inMeta) this.#openMeta(element);
    else {
      this.#learn(element);
      this.#enterContext(element);
      if (isParagraph(name)) {
        this.#cellValue = '';
        this.#context.paragraphs += 1;
      } else if (repeated.has(name)) this.#openRepeated(element);
    }
  }

  close(name: string): void {
    if (this.#unreadDepth === 0) this.#leave(name);
    else if (this.#unreadDepth === this.#depth) this.#unreadDepth = 0;
    this.#depth -= 1;
  }

  text(text: string): void {
    if (this.#unreadDepth > 0) return;
    if (this.#inMeta) this.#metaValue += text;
    else if (this.#context.paragraphs > 0) this.#add(text);
  }

  get #context(): Context {
    return this.#contexts.at(-1) as Context;
  }

  #leave(name: string): void {
    if (isParagraph(name)) {
      this.#add('\n');
      this.#context.paragraphs -= 1;
    } else if (repeated.has(name)) this.#closeRepeated();
    else if (name === 'office:meta') this.#inMeta = false;
    else if (this.#inMeta) this.#document.facts(metaFacts(name, this.#metaValue.trim()));
    if (this.#context.depth === this.#depth) this.#contexts.pop();
  }

  #openSpace(space: string): void {
    if (this.#context.paragraphs > 0) this.#add(space);
  }

  #openMeta(element: XmlElement): void {
    this.#metaValue = '';
    if (element.name === 'meta:document-statistic' && this.#kind === 'text') this.#document.facts(pagesFact(element));
  }

  #learn(element: XmlElement): void {
    const { name } = element;
    const { part } = this.#context;
    if (name === 'office:meta') this.#inMeta = true;
    else if (name.startsWith('office:')) this.#kind = kinds.get(element.get('office:class') ?? name) ?? this.#kind;
    else if (name === 'style:style') this.#style = element.get('style:name') ?? '';
    else if (name === 'style:text-properties' && element.get('text:display') === 'none')
      this.#hiddenStyles.add(this.#style);
    else if (name === 'draw:page') this.#counts.slides += 1;
    else if (name === 'table:table') this.#counts.sheets += part === 'body' ? 1 : 0;
    else if (name.startsWith('form:') && part !== undefined) {
      const value = formValue(element);
      if (value !== undefined) this.#text.add('form_fields', `${value}\n`);
    }
  }

  #enterContext(element: XmlElement): void {
    const { part, paragraphs } = this.#context;
    const depth = this.#depth;
    if (part !== undefined && (isHidden(element) || this.#hasHiddenStyle(element)))
      this.#contexts.push({ depth, part: 'hidden', paragraphs });
    else {
      const inner = partIn(element, part, this.#kind);
      if (inner !== undefined) this.#contexts.push({ depth, part: inner, paragraphs: 0 });
    }
  }

  #hasHiddenStyle(element: XmlElement): boolean {
    if (this.#hiddenStyles.size === 0 || (element.name !== 'text:span' && !isParagraph(element.name))) return false;
    return this.#hiddenStyles.has(element.get('text:style-name') ?? '');
  }

  #openRepeated(element: XmlElement): void {
    this.#body.open(element.get(repeated.get(element.name) as string));
    if (element.name === 'table:table-cell') this.#cellValue = cellValue(element);
  }

  #closeRepeated(): void {
    if (this.#cellValue !== '') this.#add(`${this.#cellValue}\n`);
    this.#cellValue = '';
    this.#body.close();
  }

  #add(text: string): void {
    const { part } = this.#context;
    if (part === 'body') this.#body.add(text);
    else if (part !== undefined) this.#text.add(part, text);
  }
}

function isParagraph(name: string): boolean {
  return name === 'text:p' || name === 'text:h';
}
