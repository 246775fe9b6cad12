import { UnreadableFile } from '#domain/analysis.ts';
import type { PartText } from '../part-text.ts';
import { NumberFormats } from './number-formats.ts';
import type { OfficePackage } from './package.ts';
import { booleanText, type Shared } from './sheet-handlers.ts';
import type { SheetFormat } from './spreadsheet.ts';

/** The records of XLSB that matter here. Source: [MS-XLSB] 2.3. */
const record = {
  row: 0,
  cellRk: 2,
  cellError: 3,
  cellBool: 4,
  cellReal: 5,
  cellText: 6,
  cellShared: 7,
  formulaText: 8,
  formulaNumber: 9,
  formulaBool: 10,
  formulaError: 11,
  sharedItem: 19,
  format: 44,
  style: 47,
  cellRichText: 62,
  sheet: 156,
  beginCellStyles: 617,
  endCellStyles: 618,
  commentText: 637,
} as const;

/** The parts of an XLSB are lists of binary records, and say what those of an XLSX say. */
export const binarySheets: SheetFormat = {
  async sheetsOf(office, main) {
    const ids: string[] = [];
    // A state and a number come before the id.
    await eachRecord(office, main, (type, fields) => {
      if (type === record.sheet) ids.push(wideString(fields, 8));
    });
    return await office.targetsOf(main, ids);
  },
  async sharedBy(office, main) {
    const strings: string[] = [];
    const formats = new NumberFormats();
    for (const part of await office.related(main, 'sharedStrings'))
      await eachRecord(office, part, (type, fields) => {
        if (type === record.sharedItem) strings.push(wideString(fields, 1));
      });
    for (const part of await office.related(main, 'styles')) await readStyles(office, part, formats);
    return { strings, formats };
  },
  async readSheet(office, sheet, text, shared) {
    await eachRecord(office, sheet, (type, fields) => {
      if (type === record.row) text.add('body', '\n');
      else readCell(type, fields, text, shared);
    });
    for (const comments of await office.related(sheet, 'comments'))
      await eachRecord(office, comments, (type, fields) => {
        if (type === record.commentText) text.add('comments', `${wideString(fields, 1)}\n`);
      });
  },
};

async function readStyles(office: OfficePackage, part: string, formats: NumberFormats): Promise<void> {
  let inCellStyles = false;
  await eachRecord(office, part, (type, fields) => {
    if (type === record.beginCellStyles) inCellStyles = true;
    else if (type === record.endCellStyles) inCellStyles = false;
    else if (type === record.format) formats.define(fields.readUInt16LE(0), wideString(fields, 2));
    else if (type === record.style && inCellStyles) formats.addStyle(fields.readUInt16LE(2));
  });
}

/** A cell has its column, and its style in 24 bits, before its value. */
function readCell(type: number, fields: Buffer, text: PartText, shared: Shared): void {
  const value = cellValue(type, fields, shared);
  if (value !== undefined && value !== '') text.add('body', `${value}\t`);
}

function cellValue(type: number, fields: Buffer, { strings, formats }: Shared): string | undefined {
  const number = (value: number) => formats.shown(String(value), fields.readUIntLE(4, 3));
  switch (type) {
    case record.cellRk:
      return number(compressedNumber(fields.readInt32LE(8)));
    case record.cellReal:
    case record.formulaNumber:
      return number(fields.readDoubleLE(8));
    case record.cellText:
    case record.formulaText:
      return wideString(fields, 8);
    case record.cellRichText:
      return wideString(fields, 9);
    case record.cellShared:
      return strings[fields.readUInt32LE(8)];
    case record.cellBool:
    case record.formulaBool:
      return booleanText(fields.readUInt8(8) === 1);
    case record.cellError:
    case record.formulaError:
      return errors.get(fields.readUInt8(8)) ?? '#ERROR!';
  }
  return undefined;
}

/** [MS-XLSB] 2.5.97.2. */
const errors: ReadonlyMap<number, string> = new Map([
  [0x00, '#NULL!'],
  [0x07, '#DIV/0!'],
  [0x0f, '#VALUE!'],
  [0x17, '#REF!'],
  [0x1d, '#NAME?'],
  [0x24, '#NUM!'],
  [0x2a, '#N/A'],
]);

/** An integer, or the upper half of a double; either may be in hundredths. Source: [MS-XLSB] 2.5.123. */
function compressedNumber(bits: number): number {
  const isHundredths = (bits & 1) !== 0;
  let value = bits >> 2;
  if ((bits & 2) === 0) {
    const double = Buffer.alloc(8);
    double.writeInt32LE(bits & ~3, 4);
    value = double.readDoubleLE(0);
  }
  return isHundredths ? value / 100 : value;
}

/** A string of UTF-16 with its length in characters before it. */
function wideString(fields: Buffer, at: number): string {
  const length = fields.readUInt32LE(at);
  // The length of no string.
  if (length === 0xffff_ffff) return '';
  return fields.toString('utf16le', at + 4, at + 4 + 2 * length);
}

/** Calls back for each record: its type and its length are numbers of 7 bits a byte. */
async function eachRecord(
  office: OfficePackage,
  part: string,
  found: (type: number, fields: Buffer) => void,
): Promise<void> {
  const bytes = await office.parts.bytes(part);
  let at = 0;
  const number = (maxBytes: number) => {
    let value = 0;
    for (let shift = 0; shift < 7 * maxBytes && at < bytes.length; shift += 7) {
      const byte = bytes[at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  try {
    while (at < bytes.length) {
      const type = number(2);
      const length = number(4);
      found(type, bytes.subarray(at, at + length));
      at += length;
    }
  } catch (cause) {
    // A record is shorter than what it must hold.
    if (cause instanceof RangeError) throw new UnreadableFile('damaged', `${part} is damaged.`, { cause });
    throw cause;
  }
}
