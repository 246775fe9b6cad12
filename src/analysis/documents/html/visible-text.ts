import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { FlowText, type Gap } from '../flow-text.ts';
import type { DocumentSink, Part } from '../reader.ts';
import { elements } from './elements.ts';
import { OpenElements } from './open-elements.ts';

export interface HtmlOptions {
  /** XHTML: an element whose tag ends with `/>` has no content, and CDATA sections are text. */
  readonly isXml?: boolean;
  /** Whether title and author are facts of the document. */
  readonly hasFacts?: boolean;
}

/**
 * Gives the text that HTML shows to `document`. Form controls' values are of the part `form_fields`; what attributes and
 * inline styles hide is of the part `hidden`. No script runs and no frame is loaded, so `noscript` and `noframes` are text.
 * Takes time in proportion to the length, whatever the markup.
 */
export function addVisibleText(html: string, document: DocumentSink, options: HtmlOptions = {}): void {
  walk(html, new Walker(html, document, options), options);
}

function walk(html: string, walker: Walker, { isXml = false }: HtmlOptions): void {
  const tokenizer = new Tokenizer({ recognizeSelfClosing: isXml }, walker);
  tokenizer.write(html);
  tokenizer.end();
}

/** Attributes that matter; the others are not even read. */
const attributes: ReadonlySet<string> = new Set(['hidden', 'style', 'open', 'type', 'value', 'name', 'content']);
const hidingStyle = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b/i;
/** Types of inputs whose value is not shown as text. */
const wordlessInput = /^(?:hidden|password|checkbox|radio|file|image|color|range)$/i;

class Walker implements TokenizerCallbacks {
  readonly #html: string;
  readonly #document: DocumentSink;
  readonly #options: HtmlOptions;
  readonly #isWithinNoframes: boolean;
  readonly #flows = new Map<Part, FlowText>();
  readonly #open = new OpenElements();
  readonly #attributes = new Map<string, string>();
  #tag = '';
  #attribute = '';
  #value = '';
  #title: string | undefined;
  #isInTitle = false;
  #author = '';

  constructor(html: string, document: DocumentSink, options: HtmlOptions, isWithinNoframes = false) {
    this.#html = html;
    this.#document = document;
    this.#options = options;
    this.#isWithinNoframes = isWithinNoframes;
  }

  ontext(start: number, end: number): void {
    this.#text(this.#html.slice(start, end));
  }

  ontextentity(codePoint: number): void {
    this.#text(String.fromCodePoint(codePoint));
  }

  oncdata(start: number, end: number, endOffset: number): void {
    if (this.#isXml || this.isInForeignContext()) this.ontext(start, end - endOffset);
  }

  onopentagname(start: number, end: number): void {
    this.#tag = this.#name(start, end);
    this.#attributes.clear();
  }

  onattribname(start: number, end: number): void {
    const name = this.#html.slice(start, end).toLowerCase();
    this.#attribute = attributes.has(name) && !this.#attributes.has(name) ? name : '';
    this.#value = '';
  }

  onattribdata(start: number, end: number): void {
    if (this.#attribute !== '') this.#value += this.#html.slice(start, end);
  }

  onattribentity(codePoint: number): void {
    if (this.#attribute !== '') this.#value += String.fromCodePoint(codePoint);
  }

  onattribend(): void {
    if (this.#attribute !== '') this.#attributes.set(this.#attribute, this.#value);
  }

  onopentagend(): void {
    this.#begin(this.#tag);
  }

  onselfclosingtag(): void {
    const isEmpty = this.#isXml || this.isInForeignContext();
    this.#begin(this.#tag);
    if (isEmpty && elements.get(this.#tag)?.isVoid !== true) this.#end(this.#tag);
  }

  onclosetag(start: number, end: number): void {
    this.#end(this.#name(start, end));
  }

  isInForeignContext(): boolean {
    return this.#open.innermost.isForeign;
  }

  onend(): void {
    for (const flow of this.#flows.values()) flow.end();
    if (this.#options.hasFacts === true)
      this.#document.facts({ title: collapsed(this.#title ?? ''), author: collapsed(this.#author) });
  }

  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}

  get #isXml(): boolean {
    return this.#options.isXml === true;
  }

  #name(start: number, end: number): string {
    const name = this.#html.slice(start, end).toLowerCase();
    return this.#isXml ? name.slice(name.indexOf(':') + 1) : name;
  }

  #begin(name: string): void {
    const rule = elements.get(name);
    this.#open.before(name);
    this.#gap(rule?.gap);
    if (name === 'input') this.#input();
    else if (name === 'meta') this.#meta();
    else if (name === 'title') this.#beginTitle();
    if (rule?.isVoid === true) return;
    const isOpenDialog = name === 'dialog' && this.#attributes.has('open');
    this.#open.begin(name, isOpenDialog ? undefined : rule, this.#isHidden());
    // Text of another part than the parent's does not continue what that part had before.
    if (this.#open.innermost.part !== 'body') this.#gap('\n');
  }

  #end(name: string): void {
    const gap = elements.get(name)?.gap;
    this.#gap(gap);
    if (name === 'title') this.#isInTitle = false;
    this.#open.end(name);
    this.#gap(gap);
  }

  #text(text: string): void {
    if (this.#isInTitle) this.#title += text;
    const { name, part, asIs } = this.#open.innermost;
    if (part === null) return;
    const shown = text.includes('\0') ? text.replaceAll('\0', '') : text;
    if (name === 'noframes') this.#noframes(shown, part);
    else if (asIs) this.#flow(part).addAsIs(shown);
    else this.#flow(part).add(shown);
  }

  /** Its content comes as it is, tags and all. */
  #noframes(text: string, part: Part): void {
    if (this.#isWithinNoframes) return;
    this.#flow(part).end();
    walk(text, new Walker(text, this.#document, {}, true), {});
  }

  #beginTitle(): void {
    this.#isInTitle = this.#title === undefined && !this.isInForeignContext();
    if (this.#isInTitle) this.#title = '';
  }

  #meta(): void {
    if (this.#attributes.get('name')?.toLowerCase() === 'author')
      this.#author ||= this.#attributes.get('content') ?? '';
  }

  #input(): void {
    const { part } = this.#open.innermost;
    const value = this.#attributes.get('value') ?? '';
    if (part === null || value === '' || wordlessInput.test(this.#attributes.get('type') ?? '')) return;
    const flow = this.#flow(part === 'hidden' || this.#isHidden() ? 'hidden' : 'form_fields');
    flow.gap('\n');
    flow.add(value);
  }

  #isHidden(): boolean {
    if (this.#attributes.size === 0) return false;
    return this.#attributes.has('hidden') || hidingStyle.test(this.#attributes.get('style') ?? '');
  }

  #gap(gap: Gap | undefined): void {
    const { part } = this.#open.innermost;
    if (gap !== undefined && part !== null) this.#flow(part).gap(gap);
  }

  #flow(part: Part): FlowText {
    let flow = this.#flows.get(part);
    if (flow === undefined) {
      flow = new FlowText(this.#document, part);
      this.#flows.set(part, flow);
    }
    return flow;
  }
}

function collapsed(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
