import { UnreadableFile } from '#domain/analysis.ts';
import { dateFact } from './date-fact.ts';
import { addVisibleText } from './html/visible-text.ts';
import type { DocumentFacts, DocumentReader } from './reader.ts';
import { xmlDecoder } from './xml/encoding.ts';
import type { XmlHandler, XmlOptions } from './xml/scanner.ts';
import { resolveName, ZippedParts } from './zipped-parts.ts';

/** EPUB books of any version: the chapters in their reading order. */
export const reader: DocumentReader = {
  types: ['application/epub+zip'],
  async read({ blob }, document) {
    const parts = await ZippedParts.open(blob);
    const name = await packageName(parts);
    const book = new BookHandler(name);
    await parts.scan(name, book, options);
    document.facts(book.facts);
    const chapters = book.chapters.filter((chapter) => parts.has(chapter));
    const protectedFiles = await encryptedFiles(parts);
    if (chapters.some((chapter) => protectedFiles.has(chapter))) {
      document.facts({ encrypted: true });
      return;
    }
    for (const chapter of chapters) {
      const bytes = await parts.bytes(chapter);
      addVisibleText(xmlDecoder(bytes).decode(bytes), document, { isXml: true });
    }
  },
};

const options: XmlOptions = {
  vocabulary: new Map([
    ['http://www.idpf.org/2007/opf', 'opf'],
    ['http://openebook.org/namespaces/oeb-package/1.0/', 'opf'],
    ['urn:oasis:names:tc:opendocument:xmlns:container', 'container'],
    ['http://purl.org/dc/elements/1.1/', 'dc'],
    ['http://purl.org/dc/elements/1.0/', 'dc'],
    ['http://www.w3.org/2001/04/xmlenc#', 'enc'],
  ]),
  lenient: true,
};

/** The name of the package document, which the container names (EPUB 3.3, 4.2.6.3). */
async function packageName(parts: ZippedParts): Promise<string> {
  const container = 'META-INF/container.xml';
  const names: string[] = [];
  if (parts.has(container))
    await parts.scan(container, {
      open: (element) => void names.push(resolveName('', element.get('full-path') ?? '')),
      close() {},
      text() {},
    });
  for (const name of [...names, ...parts.names]) if (name.endsWith('.opf') && parts.has(name)) return name;
  throw new UnreadableFile('damaged', 'The book does not say what is in it.');
}

/** Reads the package document (EPUB 3.3, 5): facts, files, and the order of the chapters. */
class BookHandler implements XmlHandler {
  readonly #name: string;
  readonly #files = new Map<string, string>();
  readonly #spine = new Set<string>();
  #navigation = '';
  #value = '';
  facts: Partial<DocumentFacts> = {};

  constructor(name: string) {
    this.#name = name;
  }

  /** The files in reading order. A table of contents that stands aside is none of them. */
  get chapters(): readonly string[] {
    return [...this.#spine].map((id) => this.#files.get(id) ?? '');
  }

  open(element: Parameters<XmlHandler['open']>[0]): void {
    this.#value = '';
    const id = element.get('id') ?? '';
    if (element.name === 'opf:item') {
      this.#files.set(id, resolveName(this.#name, element.get('href') ?? ''));
      if (element.get('properties')?.split(' ').includes('nav')) this.#navigation = id;
    } else if (element.name === 'opf:itemref') {
      const chapter = element.get('idref') ?? '';
      if (chapter !== this.#navigation || element.get('linear') !== 'no') this.#spine.add(chapter);
    }
  }

  text(text: string): void {
    this.#value += text;
  }

  close(name: string): void {
    const value = this.#value.trim();
    // If a book has several titles or authors, the first is the main one.
    if (name === 'dc:title') this.facts = { title: value, ...this.facts };
    else if (name === 'dc:creator') this.facts = { author: value, ...this.facts };
    else if (name === 'dc:date') this.facts = { ...dateFact('created', value), ...this.facts };
    this.#value = '';
  }
}

/** The files that need a key. Obscured fonts are listed with them (EPUB 3.3, 4.2.6.3.2). */
async function encryptedFiles(parts: ZippedParts): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  if (!parts.has('META-INF/encryption.xml')) return names;
  await parts.scan(
    'META-INF/encryption.xml',
    {
      open(element) {
        if (element.name === 'enc:CipherReference') names.add(resolveName('', element.get('URI') ?? ''));
      },
      close() {},
      text() {},
    },
    options,
  );
  return names;
}
