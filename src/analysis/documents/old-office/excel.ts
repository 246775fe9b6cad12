import { UnreadableFile } from '#domain/analysis.ts';
import { CompoundFile } from '../../containers/cfb.ts';
import { childOf } from '../../containers/cfb-directory.ts';
import type { DocumentReader, DocumentSink, DocumentSource } from '../reader.ts';
import { ExcelWorkbook } from './excel-workbook.ts';
import { propertiesOf } from './properties.ts';

const maxStream = 256 * 2 ** 20;

/** Workbooks of Excel 5 to 2003, and those of Excel 2 to 4, which have no container. */
export const reader: DocumentReader = { types: ['application/vnd.ms-excel'], read };

async function read(source: DocumentSource, document: DocumentSink): Promise<void> {
  const start = Buffer.alloc(2);
  await source.blob.read(0, start);
  if ([0x0009, 0x0209, 0x0409, 0x0809].includes(start.readUInt16LE(0))) {
    new ExcelWorkbook(document).read(await source.bytes());
    return;
  }
  const file = await CompoundFile.open(source.blob);
  document.facts(await propertiesOf(file));
  // A file for versions 5 and 8 has a stream for each; in the first one is what only old versions lack.
  const entry = childOf(file.root, 'Workbook') ?? childOf(file.root, 'Book');
  if (entry === undefined) throw new UnreadableFile('damaged', 'The file has no workbook in it.');
  new ExcelWorkbook(document).read(await file.read(entry, maxStream));
}
