import { UnreadableFile } from '#domain/analysis.ts';
import { attributesOf, isSpace, XmlElement } from './element.ts';
import { xmlDecoder } from './encoding.ts';
import { declaredEntities, expandReferences, noEntities } from './references.ts';
import { Scope, type Vocabulary } from './scope.ts';

/** Receives the contents of an XML document. Comments and processing instructions are left out. */
export interface XmlHandler {
  open(element: XmlElement): void;
  close(name: string): void;
  /** A text may come in several pieces. */
  text(text: string): void;
}

export interface XmlOptions {
  readonly vocabulary?: Vocabulary;
  /** Elements that are closed wrongly or not at all are no error. */
  readonly lenient?: boolean;
}

/** The longest tag, comment or section, in UTF-16 code units: what cannot be handled is kept until its end comes. */
const maxMarkup = 4 * 2 ** 20;
const maxDepth = 1_000;
/** The longest reference that is expanded has fewer UTF-16 code units. */
const referenceLength = 70;

/** Scans an XML document of any encoding. @throws UnreadableFile when it is not well-formed */
export async function scanXml(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  handler: XmlHandler,
  options: XmlOptions = {},
): Promise<void> {
  const scanner = new XmlScanner(handler, options);
  let decoder: TextDecoder | undefined;
  for await (const chunk of chunks) {
    decoder ??= xmlDecoder(chunk);
    scanner.write(decoder.decode(chunk, { stream: true }));
  }
  scanner.write(decoder?.decode() ?? '');
  scanner.end();
}

/**
 * A scanner, not a validator: it finds tags and texts, and looks at attributes only when asked. Entities are those that the
 * document itself declares as plain text; nothing is loaded.
 */
class XmlScanner {
  readonly #handler: XmlHandler;
  readonly #lenient: boolean;
  readonly #element: XmlElement;
  /** The names of the open elements, as written and as the handler knows them. */
  readonly #open: string[] = [];
  readonly #names: string[] = [];
  readonly #outer: { readonly depth: number; readonly scope: Scope }[] = [];
  readonly #isNamespaceAware: boolean;
  #scope: Scope;
  #entities = noEntities;
  #rest = '';

  constructor(handler: XmlHandler, { vocabulary, lenient = false }: XmlOptions = {}) {
    this.#handler = handler;
    this.#lenient = lenient;
    this.#isNamespaceAware = vocabulary !== undefined;
    this.#scope = new Scope(vocabulary ?? new Map());
    this.#element = new XmlElement(this.#scope);
  }

  write(chunk: string): void {
    const text = this.#rest + chunk;
    let at = 0;
    for (let next = 0; next >= 0; ) {
      at = next;
      const markup = text.indexOf('<', at);
      if (markup < 0) {
        at = this.#unfinishedText(text, at);
        break;
      }
      if (markup > at) this.#text(text.slice(at, markup));
      at = markup;
      next = this.#markup(text, markup);
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > maxMarkup) throw damaged(`a tag or comment is longer than ${maxMarkup} characters`);
  }

  end(): void {
    if (this.#rest.startsWith('<') && !this.#lenient) throw damaged('it ends within a tag or comment');
    if (!this.#rest.startsWith('<')) this.#text(this.#rest);
    if (this.#open.length > 0 && !this.#lenient) throw damaged(`<${this.#open.at(-1)}> is not closed`);
    while (this.#open.length > 0) this.#closeLast();
  }

  /** The end of a text that goes on in the next chunk is kept back, as a reference may be cut in two there. */
  #unfinishedText(text: string, from: number): number {
    const ampersand = text.lastIndexOf('&');
    const until = ampersand >= from && text.length - ampersand < referenceLength ? ampersand : text.length;
    if (until > from) this.#text(text.slice(from, until));
    return until;
  }

  #text(text: string): void {
    if (text !== '' && this.#open.length > 0) this.#handler.text(expandReferences(text, this.#entities));
  }

  /** Handles the markup at `at`, and returns where it ends; -1 when its end is not there yet. */
  #markup(text: string, at: number): number {
    const kind = text.charCodeAt(at + 1);
    if (kind === 0x2f) return this.#endTag(text, at);
    if (kind === 0x21) return this.#declaration(text, at);
    if (kind === 0x3f) return after(text, '?>', at + 2);
    return this.#startTag(text, at);
  }

  #declaration(text: string, at: number): number {
    if (text.startsWith('<!--', at)) return after(text, '-->', at + 4);
    if (text.startsWith('<![CDATA[', at)) {
      const end = after(text, ']]>', at + 9);
      if (end >= 0 && this.#open.length > 0) this.#handler.text(text.slice(at + 9, end - 3));
      return end;
    }
    // The start of another declaration may still be incomplete.
    if (text.length - at < 9) return -1;
    return this.#doctype(text, at);
  }

  #doctype(text: string, at: number): number {
    const end = after(text, '>', at);
    const subset = text.indexOf('[', at);
    if (end < 0 || subset < 0 || subset > end) return end;
    const subsetEnd = /\]\s{0,100}>/g;
    subsetEnd.lastIndex = subset;
    if (subsetEnd.exec(text) === null) return -1;
    this.#entities = declaredEntities(text.slice(subset, subsetEnd.lastIndex));
    return subsetEnd.lastIndex;
  }

  #startTag(text: string, at: number): number {
    const end = tagEnd(text, at + 1);
    if (end < 0) return -1;
    const isEmpty = text.charCodeAt(end - 1) === 0x2f;
    const until = isEmpty ? end - 1 : end;
    let nameEnd = at + 1;
    while (nameEnd < until && !isSpace(text.charCodeAt(nameEnd))) nameEnd++;
    if (this.#open.length >= maxDepth) throw damaged(`elements are nested more than ${maxDepth} deep`);
    if (nameEnd === at + 1) return this.#strayBracket(at);
    const written = text.slice(at + 1, nameEnd);
    this.#open.push(written);
    const tag = nameEnd === until ? '' : text.slice(nameEnd, until);
    if (this.#isNamespaceAware && tag !== '' && tag.includes('xmlns')) this.#enterScope(tag);
    const name = this.#isNamespaceAware ? this.#scope.elementName(written) : written;
    this.#names.push(name);
    this.#element.reset(name, tag, this.#scope);
    this.#handler.open(this.#element);
    if (isEmpty) this.#closeLast();
    return end + 1;
  }

  #strayBracket(at: number): number {
    if (!this.#lenient) throw damaged('a tag has no name');
    this.#text('<');
    return at + 1;
  }

  #enterScope(tag: string): void {
    const scope = this.#scope.within(attributesOf(tag));
    if (scope === this.#scope) return;
    this.#outer.push({ depth: this.#open.length, scope: this.#scope });
    this.#scope = scope;
  }

  #endTag(text: string, at: number): number {
    const expected = this.#open.at(-1);
    if (expected !== undefined && text.startsWith(expected, at + 2)) {
      const next = at + 2 + expected.length;
      if (text.charCodeAt(next) === 0x3e) {
        this.#closeLast();
        return next + 1;
      }
    }
    return this.#unusualEndTag(text, at);
  }

  #unusualEndTag(text: string, at: number): number {
    const end = text.indexOf('>', at);
    if (end < 0) return -1;
    const name = text.slice(at + 2, end).trimEnd();
    if (name === this.#open.at(-1)) this.#closeLast();
    else if (!this.#lenient) throw damaged(`</${name.slice(0, 100)}> closes <${this.#open.at(-1)?.slice(0, 100)}>`);
    else if (this.#open.includes(name)) {
      while (this.#open.at(-1) !== name) this.#closeLast();
      this.#closeLast();
    }
    return end + 1;
  }

  #closeLast(): void {
    this.#handler.close(this.#names.pop() as string);
    if (this.#outer.at(-1)?.depth === this.#open.length) this.#scope = this.#outer.pop()?.scope as Scope;
    this.#open.pop();
  }
}

/** Where the tag ends; attribute values may hold `>`. */
function tagEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x3e) return at;
    if (code !== 0x22 && code !== 0x27) continue;
    at = text.indexOf(code === 0x22 ? '"' : "'", at + 1);
    if (at < 0) return -1;
  }
  return -1;
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? -1 : at + end.length;
}

function damaged(what: string): UnreadableFile {
  return new UnreadableFile('damaged', `The XML is not well-formed: ${what}.`);
}
