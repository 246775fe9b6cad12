import { format, getFormatFromId } from 'numfmt';
import type { XmlElement } from '../xml/element.ts';
import type { XmlHandler } from '../xml/scanner.ts';

/** The longest format that Excel accepts, in UTF-16 code units. */
const maxFormat = 255;

const general = 'General';
/** The most characters that the format General shows of a number. */
const shownDigits = 11;

/** How the cells of a workbook show numbers. */
export class NumberFormats {
  /** Formats of the workbook, by their ids. */
  readonly #own = new Map<number, string>();
  /** The ids of the formats of cell styles. */
  readonly #styles: number[] = [];

  define(id: number, pattern: string): void {
    this.#own.set(id, pattern);
  }

  addStyle(formatId: number): void {
    this.#styles.push(formatId);
  }

  /** A number as a cell of this style shows it; a number that its format cannot show stays as it is written. */
  shown(written: string, style: number): string {
    const value = Number(written);
    const id = this.#styles[style] ?? 0;
    const pattern = this.#own.get(id) ?? (id === 0 ? general : (getFormatFromId(id) ?? general));
    if (pattern === general && written.length <= shownDigits) return written;
    if (!Number.isFinite(value) || pattern.length > maxFormat) return written;
    if (pattern === general) return inGeneral(value);
    try {
      return format(pattern, value);
    } catch {
      return written;
    }
  }
}

function inGeneral(value: number): string {
  return String(Number(value.toPrecision(shownDigits - 1)));
}

/** Reads the styles of a workbook (ISO/IEC 29500-1, 18.8). */
export class StylesHandler implements XmlHandler {
  readonly #formats: NumberFormats;
  #inCellStyles = false;

  constructor(formats: NumberFormats) {
    this.#formats = formats;
  }

  open(element: XmlElement): void {
    if (element.name === 's:cellXfs') this.#inCellStyles = true;
    else if (element.name === 's:xf' && this.#inCellStyles)
      this.#formats.addStyle(Number(element.get('numFmtId') ?? 0));
    else if (element.name === 's:numFmt')
      this.#formats.define(Number(element.get('numFmtId')), element.get('formatCode') ?? general);
  }

  close(name: string): void {
    if (name === 's:cellXfs') this.#inCellStyles = false;
  }

  text(): void {}
}
