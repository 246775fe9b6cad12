import { PartText } from '../part-text.ts';
import type { DocumentReader, DocumentSink, Part } from '../reader.ts';
import { DrawingText } from './drawing-text.ts';
import { hiddenStyles } from './hidden-styles.ts';
import { OfficePackage } from './package.ts';
import { wordTypes } from './types.ts';
import { type WordContext, WordStory } from './word-story.ts';

/** Word documents: DOCX, DOCM, DOTX and DOTM. */
export const reader: DocumentReader = {
  types: wordTypes,
  async read({ blob }, document) {
    const office = await OfficePackage.open(blob);
    const text = new PartText(document);
    const main = await office.mainPart(/^word\/document\d*\.xml$/);
    const shared: WordContext = { references: new Set(), hiddenStyles: await hiddenStyles(office, main) };
    await office.scan(main, new WordStory(text, 'body', shared));
    for (const [part, types] of stories)
      for (const story of await office.related(main, ...types))
        await office.scanAside(story, new WordStory(text, part, shared));
    for (const drawing of await office.related(main, 'diagramData', 'chart'))
      await office.scanAside(drawing, new DrawingText(text, 'text_boxes'));
    text.flush();
    for (const chunk of await office.related(main, 'aFChunk'))
      if (html.test(chunk)) await readHtml(office, chunk, document);
    await office.readProperties(document);
  },
};

/** Names of chunks of HTML, which Word converts when it opens the document. */
const html = /\.x?html?$/i;

async function readHtml(office: OfficePackage, chunk: string, document: DocumentSink): Promise<void> {
  const { decodeHtml } = await import('../html/html.ts');
  const { addVisibleText } = await import('../html/visible-text.ts');
  addVisibleText(decodeHtml(await office.parts.bytes(chunk), null), document);
}

/** Stories beside the body, by the types of their relationships. */
const stories: readonly (readonly [part: Part, types: readonly string[]])[] = [
  ['footnotes', ['footnotes', 'endnotes']],
  ['page_headers', ['header', 'footer']],
  ['comments', ['comments']],
];
