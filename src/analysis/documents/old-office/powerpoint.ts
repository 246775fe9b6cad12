import { UnreadableFile } from '#domain/analysis.ts';
import { type CompoundEntry, CompoundFile } from '../../containers/cfb.ts';
import { childOf } from '../../containers/cfb-directory.ts';
import type { DocumentReader, DocumentSink, DocumentSource } from '../reader.ts';
import { editsOf } from './powerpoint-edits.ts';
import { type Atom, recordAt, recordsIn, recordType } from './powerpoint-records.ts';
import { SlideText, textsIn } from './powerpoint-slides.ts';
import { propertiesOf } from './properties.ts';

const maxStream = 256 * 2 ** 20;
const slideInstance = 0;
const notesInstance = 2;

/** Presentations of PowerPoint 97 to 2003. */
export const reader: DocumentReader = { types: ['application/vnd.ms-powerpoint'], read };

async function read(source: DocumentSource, document: DocumentSink): Promise<void> {
  const file = await CompoundFile.open(source.blob);
  document.facts(await propertiesOf(file));
  // A file for PowerPoint 95 too has the newer presentation in a storage.
  const home = childOf(file.root, 'PP97_DUALSTORAGE') ?? file.root;
  const [stream, user] = [childOf(home, 'PowerPoint Document'), childOf(home, 'Current User')];
  if (stream === undefined) throw new UnreadableFile('unsupported', 'Presentations before PowerPoint 97 are not read.');
  giveText(await file.read(stream, maxStream), await bytesOf(file, user), document);
}

async function bytesOf(file: CompoundFile, stream: CompoundEntry | undefined): Promise<Buffer> {
  return stream === undefined ? Buffer.alloc(0) : await file.read(stream, maxStream);
}

function giveText(stream: Buffer, user: Buffer, document: DocumentSink): void {
  const edits = editsOf(stream, user);
  if (edits.encrypted) {
    document.facts({ encrypted: true });
    return;
  }
  const objectAt = (number: number) => recordAt(stream, edits.offsets.get(number) ?? stream.length);
  const presentation = objectAt(edits.document);
  if (presentation?.type !== recordType.document) {
    giveAllSlides(stream, document);
    return;
  }
  for (const [type, instance, part] of [
    [recordType.slide, slideInstance, 'body'],
    [recordType.notes, notesInstance, 'notes'],
  ] as const) {
    const references = referencesIn(presentation, instance);
    if (part === 'body') document.facts({ slides: references.size });
    for (const [number, records] of references) {
      const slide = objectAt(number);
      if (slide?.type === type) new SlideText(document, part, textsIn(records)).read(slide.data);
    }
  }
}

/** The numbers of the slides or the notes in a document, each with the records of its texts in the outline. */
function referencesIn(document: Atom, instance: number): ReadonlyMap<number, readonly Atom[]> {
  const references = new Map<number, Atom[]>();
  for (const list of recordsIn(document.data)) {
    if (list.type !== recordType.slideList || list.instance !== instance) continue;
    let texts: Atom[] = [];
    for (const record of recordsIn(list.data)) {
      if (record.type !== recordType.slideReference || record.data.length < 4) texts.push(record);
      else {
        texts = [];
        references.set(record.data.readUInt32LE(0), texts);
      }
    }
  }
  return references;
}

/** For a file whose edits are damaged: its slides as they come, though some may be of earlier edits. */
function giveAllSlides(stream: Buffer, document: DocumentSink): void {
  let slides = 0;
  for (const { type, data } of recordsIn(stream)) {
    if (type === recordType.slide) slides += 1;
    if (type === recordType.slide) new SlideText(document, 'body', []).read(data);
    else if (type === recordType.notes) new SlideText(document, 'notes', []).read(data);
  }
  if (slides === 0) throw new UnreadableFile('damaged', 'The presentation has no slides that can be found.');
  document.facts({ slides });
}
