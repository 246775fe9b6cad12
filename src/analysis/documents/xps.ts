import { UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { OfficePackage } from './ooxml/package.ts';
import { PartText } from './part-text.ts';
import type { DocumentReader } from './reader.ts';
import { localName, PageHandler } from './xps-page.ts';
import { resolveName } from './zipped-parts.ts';

/** Fixed pages: XPS of Microsoft, and OpenXPS (ECMA-388). */
export const reader: DocumentReader = {
  types: ['application/vnd.ms-xpsdocument', 'application/oxps'],
  async read({ blob }, document) {
    const { office, pages } = await openPages(blob);
    const text = new PartText(document);
    document.facts({ pages: pages.length });
    for (const page of pages) await office.parts.scan(page, new PageHandler(text));
    text.flush();
    await office.readProperties(document);
  },
};

async function openPages(blob: BlobHandle): Promise<{ office: OfficePackage; pages: readonly string[] }> {
  const office = await OfficePackage.open(blob);
  const sequences = await office.related('', 'fixedrepresentation');
  const documents = await sources(office, sequences, 'DocumentReference');
  const pages = await sources(office, documents, 'PageContent');
  if (pages.length === 0) throw new UnreadableFile('damaged', 'The document has no pages.');
  return { office, pages };
}

/** What elements of these parts refer to, in order. */
async function sources(office: OfficePackage, parts: readonly string[], name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const part of parts)
    await office.parts.scan(part, {
      open(element) {
        if (localName(element.name) === name) found.push(resolveName(part, element.get('Source') ?? ''));
      },
      close() {},
      text() {},
    });
  return found.filter((part) => office.parts.has(part));
}
