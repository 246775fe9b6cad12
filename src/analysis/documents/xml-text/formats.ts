import type { TextFormat } from './element-text.ts';

/** FictionBook 2: the bodies, of which some hold the notes of the first. */
export const fictionBook: TextFormat = {
  partOf(name, element) {
    if (name === 'body') return element.get('name') === undefined ? 'body' : 'footnotes';
    return name === 'binary' || name === 'description' ? null : undefined;
  },
  isBlock: (name) => !fictionBookInlines.has(name),
  facts: new Map([['book-title', 'title']]),
};

const fictionBookInlines: ReadonlySet<string> = new Set([
  'a',
  'strong',
  'emphasis',
  'style',
  'strikethrough',
  'sub',
  'sup',
  'code',
]);

/** SVG: what is drawn as text. A piece with a place of its own is another word. */
export const svg: TextFormat = {
  partOf(name) {
    if (name === 'text' || name === 'flowRoot') return 'body';
    return name === 'title' || name === 'desc' || name === 'style' || name === 'script' ? null : undefined;
  },
  isBlock(name, element) {
    if (name === 'tspan') return ['x', 'y', 'dy'].some((place) => element.get(place) !== undefined);
    return name === 'text' || name === 'flowPara';
  },
};

/** Workbooks of Excel 2002 and 2003 in XML. */
export const workbook2003: TextFormat = {
  partOf(name) {
    if (name === 'Comment') return 'comments';
    return name === 'Cell' ? 'body' : undefined;
  },
  isBlock: (name) => name === 'Data' || name === 'Comment',
};

/** AbiWord: paragraphs; notes stand within them, and page headers in sections of their own. */
export const abiWord: TextFormat = {
  partOf(name, element) {
    if (name === 'section') return pageSections.test(element.get('type') ?? '') ? 'page_headers' : 'body';
    if (name === 'foot' || name === 'endnote') return 'footnotes';
    return name === 'm' || name === 'd' || name === 's' || name === 'iw' ? null : undefined;
  },
  isBlock: (name) => name === 'p' || name === 'br',
};

const pageSections = /^(?:header|footer)/;

/** Visio, in a package or, before 2013, in one file: the texts of shapes. */
export const visio: TextFormat = {
  partOf: (name) => (name === 'Text' ? 'body' : undefined),
  isBlock: (name) => name === 'Text',
};
