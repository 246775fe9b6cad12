import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PDFiumModule } from '@hyzyla/pdfium';
import { UnreadableFile } from '#domain/analysis.ts';

/** The part that is used here: the types of Node leave WebAssembly to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: Imports) => { readonly exports: object };
};

interface Imports {
  readonly env: { emscripten_resize_heap(bytes: number): boolean };
}

/**
 * PDFium as a C library: pointers are numbers. The functions are those of its public headers (fpdfview.h, fpdf_doc.h,
 * fpdf_text.h, fpdf_annot.h), besides those that the package declares.
 */
export interface PdfiumFunctions extends Awaited<ReturnType<typeof PDFiumModule>> {
  _FPDF_GetMetaText(document: number, tag: number, buffer: number, bytes: number): number;
  _FPDF_GetFormType(document: number): number;
  _FPDF_GetPageBoundingBox(page: number, rectangle: number): number;
  _FPDFText_GetCharIndexFromTextIndex(textPage: number, index: number): number;
  _FPDFText_GetLooseCharBox(textPage: number, index: number, rectangle: number): number;
  _FPDFText_GetCharOrigin(textPage: number, index: number, x: number, y: number): number;
  _FPDFPage_GetAnnotCount(page: number): number;
  _FPDFPage_GetAnnot(page: number, index: number): number;
  _FPDFPage_CloseAnnot(annotation: number): void;
  _FPDFAnnot_GetSubtype(annotation: number): number;
  _FPDFAnnot_GetFlags(annotation: number): number;
  _FPDFAnnot_GetStringValue(annotation: number, key: number, buffer: number, bytes: number): number;
  _FPDFAnnot_GetFormFieldType(form: number, annotation: number): number;
  _FPDFAnnot_GetFormFieldFlags(form: number, annotation: number): number;
  _FPDFAnnot_GetOptionCount(form: number, annotation: number): number;
  _FPDFAnnot_GetOptionLabel(form: number, annotation: number, index: number, buffer: number, bytes: number): number;
  _FPDFAnnot_GetFormFieldValue(form: number, annotation: number, buffer: number, bytes: number): number;
}

/** In points, upwards. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** The largest heap, in bytes. The file is in it, too. */
const maxHeap = 384 * 2 ** 20;
/** A heap never shrinks, so a larger one than this is not used again. */
const maxIdleHeap = 64 * 2 ** 20;

/** PDFium in a heap of its own, which is not to be used again after an error: the document may have damaged it. */
export class Pdfium {
  readonly call: PdfiumFunctions;
  readonly #limit: { isExceeded: boolean };
  #buffer = 0;
  #bufferSize = 0;
  readonly #names = new Map<string, number>();

  private constructor(functions: PdfiumFunctions, limit: { isExceeded: boolean }) {
    this.call = functions;
    this.#limit = limit;
  }

  static async start(): Promise<Pdfium> {
    compiled ??= new WebAssembly.Module(readFileSync(fileURLToPath(import.meta.resolve('@hyzyla/pdfium/pdfium.wasm'))));
    const module = compiled;
    const limit = { isExceeded: false };
    const functions = await PDFiumModule({
      ...silent,
      instantiateWasm(imports: Imports, done: (instance: object) => void) {
        limitHeap(imports, limit);
        const instance = new WebAssembly.Instance(module, imports);
        done(instance);
        return instance.exports;
      },
    } as object);
    functions._FPDF_InitLibraryWithConfig(defaults);
    return new Pdfium(functions as PdfiumFunctions, limit);
  }

  /** Whether a document was refused memory; what PDFium did then is not to be relied on. */
  get isOutOfMemory(): boolean {
    return this.#limit.isExceeded;
  }

  get isSmall(): boolean {
    return this.call.HEAPU8.length <= maxIdleHeap;
  }

  /** Room for what the next call gives, until the call of `room` after it. */
  room(bytes: number): number {
    if (bytes > this.#bufferSize) {
      this.call.wasmExports.free(this.#buffer);
      this.#bufferSize = 0;
      this.#buffer = this.allocate(bytes);
      this.#bufferSize = bytes;
    }
    return this.#buffer;
  }

  /** @throws UnreadableFile */
  allocate(bytes: number): number {
    const pointer = this.call.wasmExports.malloc(bytes);
    if (pointer === 0) throw new UnreadableFile('too_large', 'The PDF needs more memory than it may have.');
    return pointer;
  }

  /** A string that outlives the document: a name of PDFium's interface. */
  name(ascii: string): number {
    let pointer = this.#names.get(ascii);
    if (pointer === undefined) {
      pointer = this.allocate(ascii.length + 1);
      this.call.HEAPU8.set(Buffer.from(`${ascii}\0`), pointer);
      this.#names.set(ascii, pointer);
    }
    return pointer;
  }

  /** What a function gives that is called twice: for the number of bytes of its UTF-16 string, and for the string. */
  string(get: (buffer: number, bytes: number) => number): string {
    const bytes = get(0, 0);
    if (bytes <= 2) return '';
    const buffer = this.room(bytes);
    get(buffer, bytes);
    return this.utf16(buffer, bytes - 2);
  }

  /** An FS_RECTF. */
  box(pointer: number): Box {
    const view = new DataView(this.call.HEAPU8.buffer, pointer, 16);
    const [left, top, right, bottom] = [0, 4, 8, 12].map((at) => view.getFloat32(at, true)) as [
      number,
      number,
      number,
      number,
    ];
    return { left, right, bottom, top };
  }

  double(pointer: number): number {
    return new DataView(this.call.HEAPU8.buffer).getFloat64(pointer, true);
  }

  utf16(pointer: number, bytes: number): string {
    return Buffer.from(this.call.HEAPU8.buffer, pointer, bytes).toString('utf16le');
  }
}

/** The compiled code: most of what a new heap would cost. */
let compiled: object | undefined;
const silent = { print: () => {}, printErr: () => {} };
/** A null pointer: no configuration. */
const defaults = 0 as unknown as object;

function limitHeap({ env }: Imports, limit: { isExceeded: boolean }): void {
  const resize = env.emscripten_resize_heap;
  env.emscripten_resize_heap = (bytes) => {
    if (bytes >>> 0 <= maxHeap) return resize(bytes);
    limit.isExceeded = true;
    return false;
  };
}
