import { openDocumentTypes } from './odf/types.ts';
import { unlessEncrypted } from './old-office/encrypted.ts';
import { presentationTypes, spreadsheetTypes, visioTypes, wordTypes } from './ooxml/types.ts';
import type { DocumentReader } from './reader.ts';
import { subtitleTypes } from './subtitle-types.ts';
import { xmlTypes } from './xml-text/types.ts';

interface Family {
  readonly types: readonly string[];
  /** Loads its reader when the first document of it comes. */
  load(): Promise<{ readonly reader: DocumentReader }>;
}

const families: readonly Family[] = [
  { types: ['text/html', 'application/xhtml+xml'], load: () => import('./html/html.ts') },
  { types: ['application/rtf', 'text/rtf'], load: () => import('./rtf/rtf.ts') },
  { types: ['message/rfc822', 'message/news', 'multipart/related'], load: () => import('./mail/message.ts') },
  { types: ['application/mbox'], load: () => import('./mail/mailbox.ts') },
  { types: ['text/markdown'], load: () => import('./markdown.ts') },
  { types: subtitleTypes, load: () => import('./subtitles.ts') },
  { types: ['application/msword', 'application/x-mswrite'], load: () => import('./old-office/word.ts') },
  { types: ['application/pdf'], load: () => import('./pdf/pdf.ts') },
  { types: ['application/vnd.ms-excel'], load: () => import('./old-office/excel.ts') },
  { types: ['application/vnd.ms-powerpoint'], load: () => import('./old-office/powerpoint.ts') },
  { types: ['application/vnd.ms-outlook'], load: () => import('./outlook/message.ts') },
  { types: ['application/encrypted'], load: () => import('./old-office/encrypted.ts') },
  { types: presentationTypes, load: () => unlessEncrypted(import('./ooxml/presentation.ts')) },
  { types: spreadsheetTypes, load: () => unlessEncrypted(import('./ooxml/spreadsheet.ts')) },
  { types: wordTypes, load: () => unlessEncrypted(import('./ooxml/word.ts')) },
  { types: visioTypes, load: () => unlessEncrypted(import('./ooxml/visio.ts')) },
  { types: openDocumentTypes, load: () => import('./odf/odf.ts') },
  { types: ['application/epub+zip'], load: () => import('./epub.ts') },
  { types: ['application/vnd.ms-xpsdocument', 'application/oxps'], load: () => import('./xps.ts') },
  { types: ['application/x-ipynb+json'], load: () => import('./notebook.ts') },
  { types: xmlTypes, load: () => import('./xml-text/xml-text.ts') },
];

const byType = new Map(families.flatMap(({ types, load }) => types.map((type) => [type.toLowerCase(), load] as const)));

export function isDocument(mime: string): boolean {
  return loaderOf(mime) !== undefined;
}

export async function readerOf(mime: string): Promise<DocumentReader | undefined> {
  return (await loaderOf(mime)?.())?.reader;
}

/** Types do not differ by case. What is XML without a reader of its own is read as XML. */
function loaderOf(type: string): Family['load'] | undefined {
  const mime = type.toLowerCase();
  return byType.get(mime) ?? (mime.endsWith('+xml') ? byType.get('application/xml') : undefined);
}
