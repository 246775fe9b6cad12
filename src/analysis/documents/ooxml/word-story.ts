import type { PartText } from '../part-text.ts';
import { countedParts, type Part } from '../reader.ts';
import type { XmlElement } from '../xml/element.ts';
import { isOn } from './hidden-styles.ts';
import { OfficeHandler } from './office-handler.ts';

/** What the stories of a document share. */
export interface WordContext {
  /** The notes that the text refers to: others are left over from deleted text. */
  readonly references: Set<string>;
  readonly hiddenStyles: ReadonlySet<string>;
}

/** What a text box or a note inside a paragraph has for itself. */
interface Context {
  readonly depth: number;
  readonly part: Part;
  /** For each open field: whether its result is being read, and no longer its code. */
  readonly fields: boolean[];
  /** Text in the code of a field, which counts if the field turns out to have no end. */
  heldBack: string;
  isHidden: boolean;
  isParagraphHidden: boolean;
}

function newContext(depth: number, part: Part): Context {
  return { depth, part, fields: [], heldBack: '', isHidden: false, isParagraphHidden: false };
}

/** The text of one story: the body, a header, or all notes (WordprocessingML, ISO/IEC 29500-1, 17; Word 2003 likewise). */
export class WordStory extends OfficeHandler {
  readonly #text: PartText;
  readonly #shared: WordContext;
  #context: Context;
  readonly #outer: Context[] = [];
  #inText = false;
  #inParagraphProperties = false;
  /** The end of the paragraph is deleted, which joins it with the next. */
  #isJoined = false;

  constructor(text: PartText, part: Part, shared: WordContext) {
    super();
    this.#text = text;
    this.#shared = shared;
    this.#context = newContext(0, part);
  }

  protected enter(element: XmlElement): boolean {
    const { name } = element;
    if (left.has(name)) return false;
    const space = spaces.get(name);
    if (space !== undefined) this.#add(space);
    else this.#enterOther(name, element);
    return !isDeletion(name, element) && !this.#isUnwantedNote(name, element);
  }

  protected leave(name: string): void {
    if (name === 'w:t' || name === 'm:t') this.#inText = false;
    else if (name === 'w:pPr') this.#inParagraphProperties = false;
    else if (name === 'm:mr') this.#add(' ');
    else if (name === 'w:p') this.#endParagraph();
    else if (name === 'w:body') this.#giveBack();
    else if (this.depth === this.#context.depth) {
      this.#giveBack();
      this.#context = this.#outer.pop() as Context;
    }
  }

  protected characters(text: string): void {
    if (this.#inText) this.#add(text);
  }

  #enterOther(name: string, element: XmlElement): void {
    if (name === 'w:t' || name === 'm:t') this.#inText = true;
    else if (name === 'w:r') this.#context.isHidden = this.#context.isParagraphHidden;
    else if (name === 'w:pPr') this.#inParagraphProperties = true;
    else if (name === 'w:vanish') this.#hide(element);
    else if (name === 'w:rStyle' || name === 'w:pStyle') this.#style(name, element.get('w:val'));
    else if (name === 'w:del') this.#isJoined ||= this.#inParagraphProperties;
    else if (name === 'w:fldChar') this.#field(element.get('w:fldCharType'));
    else if (name === 'w:sym') this.#add(symbol(element.get('w:char')));
    else if (name === 'w:footnoteReference' || name === 'w:endnoteReference')
      this.#shared.references.add(noteKey(name.slice(2, -9), element));
    else if (name === 'v:textpath') this.#text.add(this.#boxPart(), `${element.get('string') ?? ''}\n`);
    else {
      const part = this.#partOf(name, element);
      if (part !== undefined) this.#enterContext(part);
    }
  }

  #endParagraph(): void {
    const context = this.#context;
    if (!this.#isJoined) this.#text.add(context.part, '\n');
    this.#isJoined = false;
    context.isParagraphHidden = false;
    if (context.heldBack !== '') context.heldBack += '\n';
  }

  #giveBack(): void {
    const { part, heldBack } = this.#context;
    this.#text.add(part, heldBack);
  }

  #hide(element: XmlElement): void {
    // The properties of a paragraph are those of its end.
    if (!this.#inParagraphProperties) this.#context.isHidden = isOn(element);
  }

  #style(name: string, style: string | undefined): void {
    const isHidden = style !== undefined && this.#shared.hiddenStyles.has(style);
    if (name === 'w:pStyle') this.#context.isParagraphHidden = isHidden;
    else if (isHidden && !this.#inParagraphProperties) this.#context.isHidden = true;
  }

  #partOf(name: string, element: XmlElement): Part | undefined {
    if (name === 'w:txbxContent') return this.#boxPart();
    if (name === 'w:footnote' || name === 'w:endnote') return 'footnotes';
    if (name === 'w:hdr' || name === 'w:ftr') return 'page_headers';
    if (name === 'w:comment') return 'comments';
    return name === 'aml:annotation' && element.get('w:type') === 'Word.Comment' ? 'comments' : undefined;
  }

  /** A box in a header is part of the header. */
  #boxPart(): Part {
    const { part } = this.#context;
    return countedParts.some((counted) => counted === part) ? 'text_boxes' : part;
  }

  #enterContext(part: Part): void {
    this.#outer.push(this.#context);
    this.#context = newContext(this.depth, part);
  }

  #field(type: string | undefined): void {
    const { fields } = this.#context;
    if (type === 'begin') fields.push(false);
    else if (type === 'separate' && fields.length > 0) fields[fields.length - 1] = true;
    else if (type === 'end') fields.pop();
    if (!fields.includes(false)) this.#context.heldBack = '';
  }

  #isUnwantedNote(name: string, element: XmlElement): boolean {
    if (name !== 'w:footnote' && name !== 'w:endnote') return false;
    const isUnwanted =
      separators.has(element.get('w:type') ?? '') ||
      (element.get('w:id') !== undefined && !this.#shared.references.has(noteKey(name.slice(2), element)));
    if (isUnwanted) this.#context = this.#outer.pop() as Context;
    return isUnwanted;
  }

  #add(text: string): void {
    const { part, fields, isHidden } = this.#context;
    if (fields.includes(false)) this.#context.heldBack += text;
    else this.#text.add(isHidden ? 'hidden' : part, text);
  }
}

/** Elements whose contents are no text, or not that of today. */
const left: ReadonlySet<string> = new Set([
  'w:delText',
  'w:instrText',
  'w:delInstrText',
  'w:moveFrom',
  'w:rt',
  'w:tabs',
  'w:glossaryDocument',
  'w:rPrChange',
  'w:pPrChange',
  'w:sectPrChange',
  'w:tblPrChange',
  'w:tcPrChange',
  'w:trPrChange',
]);

const spaces: ReadonlyMap<string, string> = new Map([
  ['w:tab', '\t'],
  ['w:ptab', '\t'],
  ['w:br', '\n'],
  ['w:cr', '\n'],
  ['w:noBreakHyphen', '-'],
]);

const separators: ReadonlySet<string> = new Set(['separator', 'continuationSeparator', 'continuationNotice']);

function isDeletion(name: string, element: XmlElement): boolean {
  return name === 'w:del' || (name === 'aml:annotation' && element.get('w:type') === 'Word.Deletion');
}

function noteKey(kind: string, element: XmlElement): string {
  return `${kind} ${element.get('w:id')}`;
}

function symbol(hex: string | undefined): string {
  return hex !== undefined && /^[0-9a-fA-F]{1,4}$/.test(hex) ? String.fromCharCode(Number.parseInt(hex, 16)) : '';
}
