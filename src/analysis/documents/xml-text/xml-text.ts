import { UnreadableFile } from '#domain/analysis.ts';
import { ooxml } from '../ooxml/vocabulary.ts';
import { WordStory } from '../ooxml/word-story.ts';
import { PartText } from '../part-text.ts';
import type { DocumentReader, DocumentSink } from '../reader.ts';
import type { XmlElement } from '../xml/element.ts';
import { scanXml, type XmlHandler } from '../xml/scanner.ts';
import { AnyText } from './any-text.ts';
import { ElementText, localName } from './element-text.ts';
import { abiWord, fictionBook, svg, visio, workbook2003 } from './formats.ts';
import { xmlTypes } from './types.ts';

/** XML: its text, but no attributes; and of formats that are known by their root, what a reader of them sees. */
export const reader: DocumentReader = {
  types: xmlTypes,
  async read({ bytes, core }, document) {
    if (core.charset === null) throw new UnreadableFile('unsupported', 'Only the XML form of this format can be read.');
    const content = await bytes();
    const text = new PartText(document);
    await scanXml([content], new ByRoot(text, document), { vocabulary: ooxml, lenient: true });
    text.flush();
  },
};

/** Gives the document to a handler that its root element chooses. */
class ByRoot implements XmlHandler {
  readonly #text: PartText;
  readonly #document: DocumentSink;
  #handler: XmlHandler | undefined;

  constructor(text: PartText, document: DocumentSink) {
    this.#text = text;
    this.#document = document;
  }

  open(element: XmlElement): void {
    this.#handler ??= this.#handlerOf(element.name);
    this.#handler.open(element);
  }

  close(name: string): void {
    this.#handler?.close(name);
  }

  text(text: string): void {
    this.#handler?.text(text);
  }

  #handlerOf(root: string): XmlHandler {
    if (root === 'w:wordDocument' || root === 'pkg:package')
      return new WordStory(this.#text, 'body', { references: new Set(), hiddenStyles: new Set() });
    const format = formats.get(localName(root));
    return format === undefined ? new AnyText(this.#text) : new ElementText(this.#text, this.#document, format);
  }
}

const formats = new Map([
  ['FictionBook', fictionBook],
  ['svg', svg],
  ['Workbook', workbook2003],
  ['VisioDocument', visio],
  ['abiword', abiWord],
]);
