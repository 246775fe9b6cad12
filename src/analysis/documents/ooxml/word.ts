import { PartText } from '../part-text.ts';
import type { DocumentReader, Part } from '../reader.ts';
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
    await office.readProperties(document);
  },
};

/** Stories beside the body, by the types of their relationships. */
const stories: readonly (readonly [part: Part, types: readonly string[]])[] = [
  ['footnotes', ['footnotes', 'endnotes']],
  ['page_headers', ['header', 'footer']],
  ['comments', ['comments']],
];
