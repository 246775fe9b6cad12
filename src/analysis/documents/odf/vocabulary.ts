import type { Vocabulary } from '../xml/scope.ts';

/** The last parts of the namespaces of OpenDocument, and their usual prefixes. */
const prefixes: readonly (readonly [namespace: string, prefix: string])[] = [
  ['office', 'office'],
  ['text', 'text'],
  ['table', 'table'],
  ['drawing', 'draw'],
  ['presentation', 'presentation'],
  ['meta', 'meta'],
  ['form', 'form'],
  ['style', 'style'],
  ['manifest', 'manifest'],
];

/** The namespaces of OpenDocument (ISO/IEC 26300), and of OpenOffice.org 1, which it grew from. */
export const openDocument: Vocabulary = new Map([
  ...prefixes.map(([name, prefix]) => [`urn:oasis:names:tc:opendocument:xmlns:${name}:1.0`, prefix] as const),
  ...prefixes.map(([name, prefix]) => [`http://openoffice.org/2000/${name}`, prefix] as const),
  ['http://openoffice.org/2001/manifest', 'manifest'],
  ['urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0', 'svg'],
  ['http://www.w3.org/2000/svg', 'svg'],
  ['http://www.w3.org/1998/Math/MathML', 'math'],
  ['http://purl.org/dc/elements/1.1/', 'dc'],
]);
