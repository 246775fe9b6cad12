import type { Vocabulary } from '../xml/scope.ts';

const transitional = 'http://schemas.openxmlformats.org';
const strict = 'http://purl.oclc.org/ooxml';

/** The namespaces of Office Open XML, transitional and strict (ISO/IEC 29500), by their usual prefixes. */
export const ooxml: Vocabulary = new Map([
  ...inBoth('w', 'wordprocessingml/2006/main', 'wordprocessingml/main'),
  ...inBoth('s', 'spreadsheetml/2006/main', 'spreadsheetml/main'),
  ...inBoth('p', 'presentationml/2006/main', 'presentationml/main'),
  ...inBoth('a', 'drawingml/2006/main', 'drawingml/main'),
  ...inBoth('c', 'drawingml/2006/chart', 'drawingml/chart'),
  ...inBoth('m', 'officeDocument/2006/math', 'officeDocument/math'),
  ...inBoth('r', 'officeDocument/2006/relationships', 'officeDocument/relationships'),
  ...inBoth('ep', 'officeDocument/2006/extended-properties', 'officeDocument/extendedProperties'),
  [`${transitional}/markup-compatibility/2006`, 'mc'],
  [`${transitional}/package/2006/relationships`, 'rel'],
  [`${transitional}/package/2006/content-types`, 'ct'],
  [`${transitional}/package/2006/metadata/core-properties`, 'cp'],
  ['http://purl.org/dc/elements/1.1/', 'dc'],
  ['http://purl.org/dc/terms/', 'dcterms'],
  ['urn:schemas-microsoft-com:vml', 'v'],
  // Word 2003 has the same elements in a namespace of its own.
  ['http://schemas.microsoft.com/office/word/2003/wordml', 'w'],
  ['http://schemas.microsoft.com/aml/2001/core', 'aml'],
  // A package in one XML file.
  ['http://schemas.microsoft.com/office/2006/xmlPackage', 'pkg'],
]);

function inBoth(prefix: string, inTransitional: string, inStrict: string): [string, string][] {
  return [
    [`${transitional}/${inTransitional}`, prefix],
    [`${strict}/${inStrict}`, prefix],
  ];
}
