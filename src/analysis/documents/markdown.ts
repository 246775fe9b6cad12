import { marked } from 'marked';
import { UnreadableFile } from '#domain/analysis.ts';
import { decodeText } from './decoding.ts';
import { addVisibleText } from './html/visible-text.ts';
import type { DocumentFacts, DocumentReader, DocumentSink } from './reader.ts';

/** More than documents that people write have; the tree of its parts takes some fifty times the memory. */
const maxBytes = 8 * 2 ** 20;

/** Markdown (CommonMark, with the tables of GitHub): what its HTML shows. */
export const reader: DocumentReader = {
  types: ['text/markdown'],
  async read(source, document) {
    if (source.blob.size > maxBytes)
      throw new UnreadableFile('too_large', `Markdown of more than ${maxBytes} bytes is not read.`);
    const written = decodeText(await source.bytes(), source.core.charset);
    const [matter = ''] = frontMatter.exec(written) ?? [];
    document.facts(factsOf(matter));
    addMarkdown(written.slice(matter.length), document);
  },
};

/** Gives what the HTML of Markdown shows to `document`. */
export function addMarkdown(markdown: string, document: DocumentSink): void {
  addVisibleText(htmlOf(markdown), document);
}

function htmlOf(markdown: string): string {
  try {
    return marked.parse(markdown.replace(noteMark, ''), { async: false });
  } catch (cause) {
    // It calls itself for each level of quotes and lists.
    if (cause instanceof RangeError)
      throw new UnreadableFile('unsupported', 'The Markdown is nested too deeply.', { cause });
    throw cause;
  }
}

/** What stands before the text of a foot-note, which CommonMark does not know. */
const noteMark = /^ {0,3}\[\^[^\]\s]{1,100}\]:[ \t]*/gm;

/** What Jekyll and others keep before the document, in YAML or TOML. */
const frontMatter =
  /^(?:---[ \t]*\r?\n(?:(?!---).*\r?\n){0,1000}?(?:---|\.\.\.)|\+\+\+[ \t]*\r?\n(?:(?!\+\+\+).*\r?\n){0,1000}?\+\+\+)[ \t]*(?:\r?\n|$)/;

function factsOf(matter: string): Partial<DocumentFacts> {
  return { title: entryOf(matter, 'title'), author: entryOf(matter, 'author') };
}

/** An entry of one line; one that has structure is no fact. */
function entryOf(matter: string, name: string): string {
  const line = matter.split('\n').find((each) => each.startsWith(name) && /^\w+[ \t]*[:=]/.test(each)) ?? '';
  const value = line.replace(/^\w+[ \t]*[:=]/, '').trim();
  return /^[[{|>&*!]/.test(value) ? '' : value.replace(/^(["'])(.*)\1$/, '$2');
}
