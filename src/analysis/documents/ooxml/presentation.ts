import { PartText } from '../part-text.ts';
import type { DocumentReader } from '../reader.ts';
import type { XmlElement } from '../xml/element.ts';
import { DrawingText } from './drawing-text.ts';
import { OfficePackage } from './package.ts';
import { presentationTypes } from './types.ts';

/** PowerPoint presentations: PPTX, PPSX, POTX and those with macros. Layouts and masters only hold prompts. */
export const reader: DocumentReader = {
  types: presentationTypes,
  async read({ blob }, document) {
    const office = await OfficePackage.open(blob);
    const main = await office.mainPart(/^ppt\/presentation\.xml$/);
    const slides = await slidesOf(office, main);
    document.facts({ slides: slides.length });
    const text = new PartText(document);
    for (const slide of slides) await readSlide(office, slide, text);
    text.flush();
    await office.readProperties(document);
  },
};

/** The slides in the order of the presentation. */
async function slidesOf(office: OfficePackage, main: string): Promise<readonly string[]> {
  const ids: string[] = [];
  await office.scan(main, {
    open(element) {
      if (element.name === 'p:sldId') ids.push(element.get('r:id') ?? '');
    },
    close() {},
    text() {},
  });
  return await office.targetsOf(main, ids);
}

async function readSlide(office: OfficePackage, slide: string, text: PartText): Promise<void> {
  await office.scan(slide, new SlideText(text, 'body'));
  for (const drawing of await office.related(slide, 'diagramData', 'chart'))
    await office.scanAside(drawing, new DrawingText(text, 'body'));
  for (const notes of await office.related(slide, 'notesSlide'))
    await office.scanAside(notes, new SlideText(text, 'notes'));
  for (const comments of await office.related(slide, 'comments'))
    await office.scanAside(comments, new DrawingText(text, 'comments'));
}

/** Placeholders that stand on every slide. */
const pageHeaders: ReadonlySet<string> = new Set(['dt', 'ftr', 'hdr', 'sldNum']);

/** The text of a slide or of its notes (PresentationML, ISO/IEC 29500-1, 19). */
class SlideText extends DrawingText {
  readonly #usual = this.part;

  protected override enter(element: XmlElement): boolean {
    if (element.name === 'p:ph' && pageHeaders.has(element.get('type') ?? '')) this.part = 'page_headers';
    return super.enter(element);
  }

  protected override leave(name: string): void {
    super.leave(name);
    if (name === 'p:sp') this.part = this.#usual;
  }
}
