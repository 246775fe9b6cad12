import type { Part } from '../reader.ts';
import type { XmlElement } from '../xml/element.ts';

/** What the document is: drawings and presentations have nothing but shapes. */
export type Kind = 'text' | 'spreadsheet' | 'drawing';

/** Elements by which a document says its kind. */
export const kinds: ReadonlyMap<string, Kind> = new Map([
  ['office:text', 'text'],
  ['office:spreadsheet', 'spreadsheet'],
  ['office:presentation', 'drawing'],
  ['office:drawing', 'drawing'],
  // The values of `office:class` in OpenOffice.org 1.
  ['spreadsheet', 'spreadsheet'],
  ['presentation', 'drawing'],
  ['drawing', 'drawing'],
]);

/** Elements without text that a reader sees: what was deleted, numbers that are made, readings, alternative texts. */
export const unread: ReadonlySet<string> = new Set([
  'text:tracked-changes',
  'table:tracked-changes',
  'text:note-citation',
  'text:footnote-citation',
  'text:endnote-citation',
  'text:number',
  'text:ruby-text',
  'text:script',
  'svg:title',
  'svg:desc',
  'math:annotation',
  'office:binary-data',
  // Charts, formulas and other documents: a packed document has them in files of their own, which are not read.
  'draw:object',
  'draw:object-ole',
  'table:content-validations',
]);

export const spaces: ReadonlyMap<string, string> = new Map([
  ['text:s', ' '],
  ['text:tab', '\t'],
  ['text:tab-stop', '\t'],
  ['text:line-break', '\n'],
]);

/** Elements that are written once for several, and the attributes with their numbers. */
export const repeated: ReadonlyMap<string, string> = new Map([
  ['table:table-cell', 'table:number-columns-repeated'],
  ['table:table-row', 'table:number-rows-repeated'],
]);

const shapes: ReadonlySet<string> = new Set([
  'draw:text-box',
  'draw:custom-shape',
  'draw:rect',
  'draw:circle',
  'draw:ellipse',
  'draw:line',
  'draw:connector',
  'draw:caption',
  'draw:measure',
  'draw:path',
  'draw:polygon',
  'draw:polyline',
  'draw:regular-polygon',
]);

const parts: ReadonlyMap<string, Part> = new Map([
  ['text:note-body', 'footnotes'],
  ['text:footnote-body', 'footnotes'],
  ['text:endnote-body', 'footnotes'],
  ['office:annotation', 'comments'],
  ['presentation:notes', 'notes'],
]);

/** Where text begins. What is outside, such as pages that others are made from, has text to be replaced. */
const roots: ReadonlyMap<string, Part> = new Map([
  ['office:body', 'body'],
  ['style:header', 'page_headers'],
  ['style:header-left', 'page_headers'],
  ['style:header-first', 'page_headers'],
  ['style:footer', 'page_headers'],
  ['style:footer-left', 'page_headers'],
  ['style:footer-first', 'page_headers'],
]);

/** Frames that stand on every slide. */
const pageHeaders: ReadonlySet<string> = new Set(['header', 'footer', 'date-time', 'page-number']);

/** The part that begins with an element in `part`. */
export function partIn(element: XmlElement, part: Part | undefined, kind: Kind): Part | undefined {
  const { name } = element;
  const root = roots.get(name);
  if (root !== undefined || part === undefined) return root;
  if (name === 'draw:frame' && pageHeaders.has(element.get('presentation:class') ?? '')) return 'page_headers';
  if (shapes.has(name)) return kind !== 'drawing' && (part === 'body' || part === 'footnotes') ? 'text_boxes' : part;
  return parts.get(name);
}

export function isHidden(element: XmlElement): boolean {
  switch (element.name) {
    case 'text:hidden-text':
      return element.get('text:is-hidden') === 'true';
    case 'text:section':
      return element.get('text:display') === 'none';
    case 'table:covered-table-cell':
      return true;
  }
  return false;
}

const fields: ReadonlySet<string> = new Set([
  'text',
  'textarea',
  'formatted-text',
  'number',
  'date',
  'time',
  'combobox',
]);

/** What was entered into a form field. */
export function formValue(element: XmlElement): string | undefined {
  if (!fields.has(element.name.slice('form:'.length))) return undefined;
  return element.get('form:current-value') ?? element.get('form:value');
}

/** Some programs write the value of a cell alone, without the text that is shown. */
export function cellValue(element: XmlElement): string {
  const type = element.get('office:value-type');
  if (type === undefined) return '';
  return element.get(cellValues.get(type) ?? 'office:value') ?? '';
}

const cellValues: ReadonlyMap<string, string> = new Map(
  ['string', 'date', 'time', 'boolean'].map((type) => [type, `office:${type}-value`]),
);
