import type { Part } from '../reader.ts';

/** Where text goes: a part of the document, a fact about it, the table of fonts, or nowhere. */
export type Target =
  | Part
  | 'title'
  | 'author'
  | 'subject'
  | 'created'
  | 'modified'
  | 'fonts'
  | 'info'
  | 'nowhere'
  /** The variants of a text without and with Unicode, of which the second counts. */
  | 'variants';

/**
 * What the text of a destination is. A destination marked as optional (`\*`) that is not here goes nowhere, and any other is
 * taken as formatting of the text around it.
 */
export const destinations: ReadonlyMap<string, Target> = new Map<string, Target>([
  ['fonttbl', 'fonts'],
  ['info', 'info'],
  ['footnote', 'footnotes'],
  ['annotation', 'comments'],
  ['shptxt', 'text_boxes'],
  ['dptxbxtext', 'text_boxes'],
  ['upr', 'variants'],
  ...targets('page_headers', ['header', 'headerl', 'headerr', 'headerf', 'footer', 'footerl', 'footerr', 'footerf']),
  ...targets('nowhere', [
    ...['colortbl', 'stylesheet', 'filetbl', 'revtbl', 'template', 'generator', 'private'],
    ...['pict', 'nonshppict', 'objdata', 'objclass', 'objname', 'shprslt', 'sp', 'background'],
    ...['fldinst', 'formfield', 'datafield', 'xe', 'tc', 'tcn', 'rxe', 'txe', 'bkmkstart', 'bkmkend', 'nextfile'],
    // Numbers and bullets that were made automatically.
    ...['listtext', 'pntext', 'pntxta', 'pntxtb'],
    ...['ftnsep', 'ftnsepc', 'ftncn', 'aftnsep', 'aftnsepc', 'aftncn'],
    // For readers that do not know nested tables.
    'nonesttables',
  ]),
]);

/** Destinations whose text is that of the group around them, even when they are marked as optional. */
export const transparent: ReadonlySet<string> = new Set([
  'shppict',
  'shpinst',
  'shpgrp',
  'do',
  'result',
  'fldrslt',
  'mmath',
  'moMath',
  'moMathPara',
]);

/** Whether a word begins properties of a formula, in which characters are not text. */
export function isFormulaProperties(name: string): boolean {
  return name.startsWith('m') && name.endsWith('Pr');
}

/** Destinations in `info`. */
export const infoDestinations: ReadonlyMap<string, Target> = new Map<string, Target>([
  ['title', 'title'],
  ['author', 'author'],
  ['subject', 'subject'],
  ['creatim', 'created'],
  ['revtim', 'modified'],
]);

/** Words and symbols that stand for characters. */
export const characters: ReadonlyMap<string, string> = new Map([
  ...['par', 'line', 'sect', 'page', 'column', 'row', 'nestrow', 'lbr', '\n', '\r'].map(
    (name) => [name, '\n'] as const,
  ),
  ...['tab', 'cell', 'nestcell', '\t'].map((name) => [name, '\t'] as const),
  ['emdash', '\u2014'],
  ['endash', '\u2013'],
  ['emspace', '\u2003'],
  ['enspace', '\u2002'],
  ['qmspace', '\u2005'],
  ['bullet', '\u2022'],
  ['lquote', '\u2018'],
  ['rquote', '\u2019'],
  ['ldblquote', '\u201c'],
  ['rdblquote', '\u201d'],
  ['~', '\u00a0'],
  ['_', '\u2011'],
  ['zwj', '\u200d'],
  ['zwnj', '\u200c'],
  ['zwbo', '\u200b'],
  ['zwnbo', '\u2060'],
  ['ltrmark', '\u200e'],
  ['rtlmark', '\u200f'],
]);

/** Code pages by the word that says for which computer the document is. */
export const codePages: ReadonlyMap<string, number> = new Map([
  ['ansi', 1252],
  ['mac', 10000],
  ['pc', 437],
  ['pca', 850],
]);

function targets(target: Target, names: readonly string[]): readonly (readonly [string, Target])[] {
  return names.map((name) => [name, target] as const);
}
