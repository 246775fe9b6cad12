/** Types of XML that are read as text. Others whose names end with `+xml` are, too. */
export const xmlTypes: readonly string[] = [
  'application/xml',
  'text/xml',
  'image/svg+xml',
  'application/x-fictionbook+xml',
  'application/x-fictionbook',
  'application/x-abiword',
  'application/vnd.ms-wordml',
  'application/vnd.ms-word2006ml',
  'application/vnd.ms-spreadsheetml',
  'text/vnd.wap.wml',
  'application/x-plist',
];
