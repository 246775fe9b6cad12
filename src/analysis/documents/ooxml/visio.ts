import { PartText } from '../part-text.ts';
import type { DocumentReader } from '../reader.ts';
import { ElementText } from '../xml-text/element-text.ts';
import { visio } from '../xml-text/formats.ts';
import { OfficePackage } from './package.ts';
import { visioTypes } from './types.ts';

/** Visio drawings since 2013 ([MS-VSDX]): the texts of the shapes of all pages. */
export const reader: DocumentReader = {
  types: visioTypes,
  async read({ blob }, document) {
    const office = await OfficePackage.open(blob);
    const text = new PartText(document);
    const main = await office.mainPart(/^visio\/document\.xml$/);
    for (const list of await office.related(main, 'pages')) {
      const pages = await office.related(list, 'page');
      document.facts({ pages: pages.length });
      for (const page of pages) await office.scan(page, new ElementText(text, document, visio));
    }
    text.flush();
    await office.readProperties(document);
  },
};
