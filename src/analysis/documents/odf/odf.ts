import { UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import type { DocumentReader, DocumentSink } from '../reader.ts';
import { scanXml } from '../xml/scanner.ts';
import { ZippedParts } from '../zipped-parts.ts';
import { OdfText } from './odf-text.ts';
import { openDocumentTypes } from './types.ts';
import { openDocument } from './vocabulary.ts';

const options = { vocabulary: openDocument };

/** OpenDocument texts, spreadsheets, presentations and drawings, packed or flat, and those of OpenOffice.org 1. */
export const reader: DocumentReader = {
  types: openDocumentTypes,
  async read({ blob, bytes }, document) {
    if (await isZip(blob)) return await readPacked(blob, document);
    const handler = new OdfText(document);
    await scanXml([await bytes()], handler, options);
    handler.finish();
  },
};

async function isZip(blob: BlobHandle): Promise<boolean> {
  const head = Buffer.alloc(4);
  await blob.read(0, head);
  return head.toString('latin1') === 'PK\x03\x04';
}

async function readPacked(blob: BlobHandle, document: DocumentSink): Promise<void> {
  const parts = await ZippedParts.open(blob);
  if (await isEncrypted(parts)) {
    document.facts({ encrypted: true });
    return;
  }
  if (!parts.has('content.xml')) throw new UnreadableFile('damaged', 'The document has no content.xml.');
  const handler = new OdfText(document);
  // Styles first: they say what is hidden.
  for (const part of ['styles.xml', 'content.xml', 'meta.xml'])
    if (parts.has(part)) await parts.scan(part, handler, options);
  handler.finish();
}

/** The manifest says how each file is encrypted (ISO/IEC 26300-3, 4.4). */
async function isEncrypted(parts: ZippedParts): Promise<boolean> {
  const manifest = 'META-INF/manifest.xml';
  if (!parts.has(manifest)) return false;
  let found = false;
  const open = ({ name }: { name: string }) => {
    found ||= name === 'manifest:encryption-data';
  };
  await parts.scan(manifest, { open, close() {}, text() {} }, options);
  return found;
}
