const openDocument = 'application/vnd.oasis.opendocument';
const flat = ['text', 'spreadsheet', 'presentation', 'graphics'].map((kind) => `${openDocument}.${kind}-flat-xml`);
const packed = ['text', 'text-template', 'text-master', 'text-master-template', 'text-web', 'spreadsheet']
  .concat(['spreadsheet-template', 'presentation', 'presentation-template', 'graphics', 'graphics-template', 'chart'])
  .map((kind) => `${openDocument}.${kind}`);
/** OpenOffice.org 1. */
const old = ['writer', 'writer.template', 'writer.global', 'calc', 'calc.template', 'impress', 'impress.template']
  .concat(['draw', 'draw.template'])
  .map((kind) => `application/vnd.sun.xml.${kind}`);

export const openDocumentTypes: readonly string[] = [...packed, ...flat, ...old];
