import type { DocumentReader, DocumentSink } from '../reader.ts';
import { pdfDate } from './pdf-date.ts';
import { openPdf, type PdfFile } from './pdf-file.ts';

/** PDF, by PDFium. */
export const reader: DocumentReader = {
  types: ['application/pdf'],
  async read(source, document) {
    await openPdf(await source.bytes(), (pdf) => {
      if (pdf === undefined) document.facts({ encrypted: true });
      else readPdf(pdf, document);
    });
  },
};

function readPdf(pdf: PdfFile, document: DocumentSink): void {
  document.facts({
    pages: pdf.pageCount,
    title: pdf.info('Title').trim(),
    author: pdf.info('Author').trim(),
    subject: pdf.info('Subject').trim(),
    created: pdfDate(pdf.info('CreationDate')),
    modified: pdfDate(pdf.info('ModDate')),
  });
  for (const page of pdf.pages()) {
    document.text('body', `${page.text}\n`);
    for (const [part, text] of page.annotations()) if (text !== '') document.text(part, `${text}\n`);
  }
}
