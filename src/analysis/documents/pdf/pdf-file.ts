import { UnreadableFile } from '#domain/analysis.ts';
import { PdfPage } from './pdf-page.ts';
import { Pdfium } from './pdfium.ts';

/** Starting PDFium costs some milliseconds and 18 MiB, so one is kept for the next document. */
let idle: Pdfium | undefined;

/**
 * Opens a PDF for as long as `use` takes.
 *
 * @param use gets undefined when the PDF needs a password
 * @throws UnreadableFile
 */
export async function openPdf(content: Uint8Array, use: (pdf: PdfFile | undefined) => void): Promise<void> {
  const pdfium = idle ?? (await Pdfium.start());
  idle = undefined;
  let error: unknown;
  try {
    openIn(pdfium, content, use);
  } catch (thrown) {
    error = thrown;
  }
  if (pdfium.isOutOfMemory)
    throw new UnreadableFile('too_large', 'The PDF needs more memory than it may have.', { cause: error });
  if (error instanceof UnreadableFile) throw error;
  if (error !== undefined) throw new UnreadableFile('damaged', 'The PDF is damaged.', { cause: error });
  if (pdfium.isSmall) idle = pdfium;
}

/** FPDF_ERR_PASSWORD, and FPDF_ERR_SECURITY for ways to lock a PDF that PDFium does not know. */
const lockErrors: ReadonlySet<number> = new Set([4, 5]);

function openIn(pdfium: Pdfium, content: Uint8Array, use: (pdf: PdfFile | undefined) => void): void {
  const { call } = pdfium;
  const pointer = pdfium.allocate(content.length);
  call.HEAPU8.set(content, pointer);
  const document = call._FPDF_LoadMemDocument(pointer, content.length, 0);
  if (document !== 0 && call._FPDF_GetPageCount(document) > 0) {
    const pdf = new PdfFile(pdfium, document);
    use(pdf);
    pdf.close();
  } else if (document === 0 && lockErrors.has(call._FPDF_GetLastError())) use(undefined);
  else throw new UnreadableFile('damaged', 'The PDF is damaged: PDFium finds no pages in it.');
  call.wasmExports.free(pointer);
}

/** An FPDF_FORMFILLINFO of version 2 without callbacks; its size is rounded up. */
const formInfoBytes = 256;

export class PdfFile {
  readonly #pdfium: Pdfium;
  readonly #document: number;
  /** What PDFium needs to read fields of forms; 0 when there are none. */
  readonly #form: number;
  readonly #formInfo: number;

  constructor(pdfium: Pdfium, document: number) {
    const { call } = pdfium;
    this.#pdfium = pdfium;
    this.#document = document;
    const hasForm = call._FPDF_GetFormType(document) !== 0;
    this.#formInfo = hasForm ? pdfium.allocate(formInfoBytes) : 0;
    if (hasForm) call.HEAPU8.fill(0, this.#formInfo, this.#formInfo + formInfoBytes)[this.#formInfo] = 2;
    this.#form = hasForm ? call._FPDFDOC_InitFormFillEnvironment(document, this.#formInfo) : 0;
  }

  get pageCount(): number {
    return this.#pdfium.call._FPDF_GetPageCount(this.#document);
  }

  /** An entry of the document information dictionary (ISO 32000-2, 14.3.3), or an empty string. */
  info(key: 'Title' | 'Author' | 'Subject' | 'CreationDate' | 'ModDate'): string {
    const name = this.#pdfium.name(key);
    return this.#pdfium.string((buffer, bytes) =>
      this.#pdfium.call._FPDF_GetMetaText(this.#document, name, buffer, bytes),
    );
  }

  /** The readable pages. */
  *pages(): Iterable<PdfPage> {
    const { call } = this.#pdfium;
    for (let index = 0; index < this.pageCount; index++) {
      const page = call._FPDF_LoadPage(this.#document, index);
      if (page === 0) continue;
      yield new PdfPage(this.#pdfium, page, this.#form);
      call._FPDF_ClosePage(page);
    }
  }

  close(): void {
    const { call } = this.#pdfium;
    if (this.#form !== 0) call._FPDFDOC_ExitFormFillEnvironment(this.#form);
    call._FPDF_CloseDocument(this.#document);
    call.wasmExports.free(this.#formInfo);
  }
}
