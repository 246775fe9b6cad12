/** Types of XML that are read as text. Others whose names end with `+xml` are, too. */
export const xmlTypes: readonly string[] = [
  'application/xml',
  'text/xml',
  'image/svg+xml',
  'application/x-fictionbook+xml',
  'application/x-fictionbook',
];
