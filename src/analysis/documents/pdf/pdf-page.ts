import type { Part } from '../reader.ts';
import { PdfText } from './pdf-text.ts';
import type { Box, Pdfium } from './pdfium.ts';

/** FPDF_ANNOT_*: which part the text of an annotation belongs to. Text of the other kinds is not for readers. */
const partOfAnnotation: ReadonlyMap<number, Part> = new Map([
  [3, 'text_boxes'],
  [20, 'form_fields'],
  ...[1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((noted) => [noted, 'comments'] as const),
]);
/** FPDF_ANNOT_FLAG_HIDDEN and FPDF_ANNOT_FLAG_NOVIEW. */
const hidingFlags = 2 | 32;
/** FPDF_FORMFIELD_COMBOBOX, _LISTBOX and _TEXTFIELD. */
const comboBox = 4;
const listBox = 5;
const textField = 6;
/** FPDF_FORMFLAG_TEXT_PASSWORD. */
const passwordFlag = 1 << 13;

export class PdfPage {
  readonly #pdfium: Pdfium;
  readonly #page: number;
  readonly #form: number;

  constructor(pdfium: Pdfium, page: number, form: number) {
    this.#pdfium = pdfium;
    this.#page = page;
    this.#form = form;
  }

  /** The text of the page itself. */
  get text(): string {
    const { call } = this.#pdfium;
    const textPage = call._FPDFText_LoadPage(this.#page);
    if (textPage === 0) return '';
    const text = new PdfText(this.#pdfium, textPage).within(this.#box);
    call._FPDFText_ClosePage(textPage);
    return text;
  }

  /** Texts of annotations and fields, which lie on the page. */
  *annotations(): Iterable<readonly [part: Part, text: string]> {
    const { call } = this.#pdfium;
    const count = call._FPDFPage_GetAnnotCount(this.#page);
    for (let index = 0; index < count; index++) {
      const annotation = call._FPDFPage_GetAnnot(this.#page, index);
      if (annotation === 0) continue;
      const part = partOfAnnotation.get(call._FPDFAnnot_GetSubtype(annotation));
      const isHidden = (call._FPDFAnnot_GetFlags(annotation) & hidingFlags) !== 0;
      if (part !== undefined && !isHidden)
        yield [part, part === 'form_fields' ? this.#value(annotation) : this.#string(annotation, 'Contents')];
      call._FPDFPage_CloseAnnot(annotation);
    }
  }

  /** What is visible of the page, in its own coordinates. */
  get #box(): Box {
    const { call } = this.#pdfium;
    const pointer = this.#pdfium.room(16);
    call._FPDF_GetPageBoundingBox(this.#page, pointer);
    return this.#pdfium.box(pointer);
  }

  #string(annotation: number, key: 'Contents' | 'FT' | 'V'): string {
    const name = this.#pdfium.name(key);
    return this.#pdfium.string((buffer, bytes) =>
      this.#pdfium.call._FPDFAnnot_GetStringValue(annotation, name, buffer, bytes),
    );
  }

  /** What a field shows: its text or choice, or all lines of a list. */
  #value(widget: number): string {
    const { call } = this.#pdfium;
    const form = this.#form;
    if (form === 0) return this.#string(widget, 'FT') === 'Btn' ? '' : this.#string(widget, 'V');
    const type = call._FPDFAnnot_GetFormFieldType(form, widget);
    if (type === listBox) return [...this.#options(widget)].join('\n');
    const isSecret = (call._FPDFAnnot_GetFormFieldFlags(form, widget) & passwordFlag) !== 0;
    if (type !== comboBox && (type !== textField || isSecret)) return '';
    return this.#pdfium.string((buffer, bytes) => call._FPDFAnnot_GetFormFieldValue(form, widget, buffer, bytes));
  }

  *#options(widget: number): Iterable<string> {
    const { call } = this.#pdfium;
    const count = call._FPDFAnnot_GetOptionCount(this.#form, widget);
    for (let index = 0; index < count; index++)
      yield this.#pdfium.string((buffer, bytes) =>
        call._FPDFAnnot_GetOptionLabel(this.#form, widget, index, buffer, bytes),
      );
  }
}
