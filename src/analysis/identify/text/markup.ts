import { judgeHtml } from './html.ts';
import { certain, type Guess, likely, type Page, possible } from './reading.ts';
import { type Vocabulary, vocabularies } from './vocabularies.ts';

/** HTML, and XML formats by their root element and its namespace. */
export function markup(page: Page): Guess | undefined {
  if (page.body[0] !== '<') return undefined;
  const prolog = readProlog(page.text);
  const root = prolog.rest === '' ? undefined : rootOf(prolog.rest);
  const isHtml = root?.name.toLowerCase() === 'html';
  if (!prolog.declared || (isHtml && htmlExtensions.has(page.extension))) {
    const html = judgeHtml(prolog, page);
    if (html !== undefined && !isVocabulary(root)) return html;
  }
  return judgeXml(prolog, root, page);
}

/** XHTML under such a name is meant to be read as HTML. */
const htmlExtensions = new Set(['html', 'htm', 'shtml']);

export interface Prolog {
  /** Whether it begins with an XML declaration. */
  readonly declared: boolean;
  /** The document type declaration, or ''. */
  readonly doctype: string;
  /** The processing instructions. */
  readonly instructions: string;
  /** The text from the root element on. */
  readonly rest: string;
}

interface Root {
  /** Without a prefix. */
  readonly name: string;
  readonly qualified: string;
  /** '' if it has none. */
  readonly namespace: string;
  /** The start tag, or as much of it as is looked at. */
  readonly tag: string;
}

function judgeXml({ declared, doctype, instructions }: Prolog, root: Root | undefined, page: Page): Guess | undefined {
  if (root === undefined) return judgeDtd(page) ?? (declared ? certain('application/xml') : undefined);
  const vocabulary = vocabularyOf(root, doctype, instructions);
  if (vocabulary !== undefined) {
    const isSure = declared || vocabulary.namespace !== '' || root.name === 'svg';
    if (isSure) return certain(vocabulary.mime);
  }
  const mime = vocabulary?.mime ?? 'application/xml';
  if (declared) return certain(mime);
  const isClosed = page.body.trimEnd().endsWith(`</${root.qualified}>`) || /^<[^>]*\/>\s*$/.test(page.body);
  if (isClosed && !page.truncated) return likely(mime);
  return root.namespace === '' ? possible(mime) : likely(mime);
}

const dtdDeclaration = /^<!(?:ELEMENT|ENTITY|ATTLIST|NOTATION)\s/m;

function judgeDtd({ excerpt }: Page): Guess | undefined {
  return !/^<!DOCTYPE/im.test(excerpt) && dtdDeclaration.test(excerpt) ? likely('application/xml-dtd') : undefined;
}

function isVocabulary(root: Root | undefined): boolean {
  if (root === undefined || root.name.toLowerCase() === 'html') return false;
  return (vocabularyOf(root, '', '')?.namespace ?? '') !== '';
}

function vocabularyOf(root: Root, doctype: string, instructions: string): Vocabulary | undefined {
  const rows = vocabularies.get(root.name);
  return rows?.find(({ namespace, hint }) => {
    if (!root.namespace.includes(namespace)) return false;
    return hint === undefined || hint.test(root.tag) || hint.test(doctype.slice(0, 400)) || hint.test(instructions);
  });
}

const maxTag = 8_192;

function rootOf(rest: string): Root | undefined {
  const found = /^<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)(?=[\s/>]|$)/.exec(rest.slice(0, 300));
  if (found === null) return undefined;
  const [start, prefix, name = ''] = found;
  const end = rest.indexOf('>', start.length);
  const tag = rest.slice(0, end < 0 ? maxTag : Math.min(end + 1, maxTag));
  const attribute = prefix === undefined ? 'xmlns' : `xmlns:${prefix}`;
  const namespace = new RegExp(String.raw`\s${attribute}\s*=\s*["']([^"']*)["']`).exec(tag)?.[1] ?? '';
  return { name, qualified: start.slice(1), namespace, tag };
}

/** The most parts of a prolog that are read. */
const maxParts = 200;

/** Skips white space, comments, processing instructions and the document type declaration. */
function readProlog(text: string): Prolog {
  const declared = /^\s*<\?xml[\s?]/.test(text.slice(0, 1_024));
  let doctype = '';
  let instructions = '';
  let at = 0;
  for (let parts = 0; ; parts++) {
    while (isSpace(text.charCodeAt(at))) at += 1;
    const part = openings.find((opening) => text.startsWith(opening, at));
    if (part === undefined || parts === maxParts) return { declared, doctype, instructions, rest: text.slice(at) };
    if (part === '<!') {
      if (!/^<!DOCTYPE/i.test(text.slice(at, at + 9))) return { declared, doctype, instructions, rest: '' };
      doctype = text.slice(at + 9, at + 1_024).trimStart();
    }
    if (part === '<?') instructions += text.slice(at, at + 200);
    const ending = part === '<!--' ? '-->' : part === '<?' ? '?>' : /^[^>]*\[/.test(doctype) ? ']>' : '>';
    const end = text.indexOf(ending, at + part.length);
    if (end < 0) return { declared, doctype, instructions, rest: '' };
    at = end + ending.length;
  }
}

const openings = ['<!--', '<!', '<?'];

function isSpace(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || unit === 0xa0 || unit === 0xfeff;
}
