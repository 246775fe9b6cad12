import { PartText } from '../part-text.ts';
import type { DocumentReader } from '../reader.ts';
import { DrawingText } from './drawing-text.ts';
import { NumberFormats, StylesHandler } from './number-formats.ts';
import { OfficePackage } from './package.ts';
import { type Shared, SheetHandler, StringsHandler } from './sheet-handlers.ts';
import { spreadsheetTypes } from './types.ts';

/** Excel workbooks: XLSX, XLSM, XLTX, XLTM and XLSB, with all their sheets. */
export const reader: DocumentReader = {
  types: spreadsheetTypes,
  async read({ blob }, document) {
    const office = await OfficePackage.open(blob);
    const main = await office.mainPart(/^xl\/workbook\.(?:xml|bin)$/);
    const format = main.endsWith('.bin') ? (await import('./binary-sheets.ts')).binarySheets : xmlSheets;
    const sheets = await format.sheetsOf(office, main);
    document.facts({ sheets: sheets.length });
    const text = new PartText(document);
    const shared = await format.sharedBy(office, main);
    for (const sheet of sheets) {
      await format.readSheet(office, sheet, text, shared);
      await readDrawings(office, sheet, text);
    }
    text.flush();
    await office.readProperties(document);
  },
};

/** A way to write workbooks. */
export interface SheetFormat {
  /** The names of the parts of the sheets, in order. */
  sheetsOf(office: OfficePackage, main: string): Promise<readonly string[]>;
  sharedBy(office: OfficePackage, main: string): Promise<Shared>;
  /** Reads the cells and the comments of a sheet. */
  readSheet(office: OfficePackage, sheet: string, text: PartText, shared: Shared): Promise<void>;
}

/** The names of sheets, where the workbook does not lead to them. */
const usualSheet = /^xl\/worksheets\/sheet\d+\.xml$/;

const xmlSheets: SheetFormat = {
  async sheetsOf(office, main) {
    const ids: string[] = [];
    await office.scan(main, {
      open(element) {
        if (element.name === 's:sheet') ids.push(element.get('r:id') ?? '');
      },
      close() {},
      text() {},
    });
    const named = await office.targetsOf(main, ids);
    return named.length > 0 ? named : [...office.parts.names].filter((name) => usualSheet.test(name)).sort();
  },
  async sharedBy(office, main) {
    const strings: string[] = [];
    const formats = new NumberFormats();
    for (const part of await office.relatedOr('xl/sharedStrings.xml', main, 'sharedStrings'))
      await office.scan(part, new StringsHandler('s:si', (text) => strings.push(text)));
    for (const part of await office.relatedOr('xl/styles.xml', main, 'styles'))
      await office.scanAside(part, new StylesHandler(formats));
    return { strings, formats };
  },
  async readSheet(office, sheet, text, shared) {
    await office.scan(sheet, new SheetHandler(text, shared));
    const addComment = (comment: string) => text.add('comments', `${comment}\n`);
    for (const comments of await office.related(sheet, 'comments'))
      await office.scanAside(comments, new StringsHandler('s:comment', addComment));
  },
};

/** Text boxes, diagrams, and the titles of charts. */
async function readDrawings(office: OfficePackage, sheet: string, text: PartText): Promise<void> {
  for (const drawing of await office.related(sheet, 'drawing')) {
    await office.scanAside(drawing, new DrawingText(text, 'text_boxes'));
    for (const part of await office.related(drawing, 'chart', 'diagramData'))
      await office.scanAside(part, new DrawingText(text, 'text_boxes'));
  }
}
