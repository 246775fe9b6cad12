import type { BlobHandle } from '#domain/blob-store.ts';
import { isPrintable } from '../../content/controls.ts';
import type { Found } from '../found.ts';
import { identifyTextWithBinary } from '../text/text-with-binary.ts';
import type { BinarySample } from './binary-sample.ts';
import { isTarga } from './targa.ts';

const unknown: Found = { mime: 'application/octet-stream', detectedBy: 'none', confidence: 'none' };

/** The type of a file that is not text, by its structure or its signature. */
export async function identifyBinary(sample: BinarySample): Promise<Found> {
  const found = (await byStructure(sample)) ?? (await bySignature(sample));
  if (found === undefined) return identifyTextWithBinary(sample.head, sample.filename, sample.extension) ?? unknown;
  // A log with a stray NUL may begin with "BM" or "GIF": such short signatures prove nothing there.
  if (!startsAsText.has(found) && isPrintable(sample.head.subarray(0, 4_096))) return unknown;
  const mime = found === compoundFile ? (compoundFileTypes[sample.extension] ?? found) : found;
  return { mime, detectedBy: 'signature', confidence: 'certain' };
}

/** Types whose first 4 KiB may be text. */
const startsAsText: ReadonlySet<string> = new Set([
  'application/pdf',
  'application/postscript',
  'application/eps',
  'application/x-unix-archive',
  'application/x-deb',
  'application/fits',
  'image/fits',
]);

const compoundFile = 'application/x-cfb';

/** The Microsoft formats that share one container; the extension tells them apart. */
const compoundFileTypes: Readonly<Record<string, string>> = {
  doc: 'application/msword',
  dot: 'application/msword',
  xls: 'application/vnd.ms-excel',
  ppt: 'application/vnd.ms-powerpoint',
  msg: 'application/vnd.ms-outlook',
  msi: 'application/x-msi',
};

async function byStructure(sample: BinarySample): Promise<string | undefined> {
  if (isIcon(sample)) return icon;
  return worksheetType(sample) ?? ((await isTarga(sample)) ? 'image/x-tga' : undefined);
}

/** The type of icons and cursors. */
const icon = 'image/x-icon';

async function bySignature({ blob, head, size }: BinarySample): Promise<string | undefined> {
  // Loaded lazily: threads that see only text do not pay for it.
  const { fileTypeFromBlob, fileTypeFromBuffer } = await import('file-type');
  try {
    const found = await (head.length === size ? fileTypeFromBuffer(head) : fileTypeFromBlob(lazyBlob(blob, size)));
    // The library checks only the first four bytes of an icon, which other formats share.
    return found?.mime === icon ? undefined : found?.mime.split(';', 1)[0];
  } catch {
    // The library throws on a damaged container, whose type is then unknown.
    return undefined;
  }
}

/** The part of a Blob that the library uses, which reads lazily and only within the file. */
function lazyBlob(blob: BlobHandle, size: number): Blob {
  const slice = (from: number, until: number) => ({
    async arrayBuffer() {
      const bytes = new Uint8Array(until - from);
      return bytes.buffer.slice(0, await blob.read(from, bytes));
    },
  });
  return { size, type: '', slice } as unknown as Blob;
}

const png = Buffer.from('89504e470d0a1a0a', 'hex');

/** The lengths of bitmap headers, from BITMAPCOREHEADER to BITMAPV5HEADER. */
const bitmapHeaders: readonly number[] = [12, 40, 52, 56, 64, 108, 124];

/**
 * Whether this is an icon or a cursor of Windows. Worksheets, Targa images and resource forks may begin with the same four
 * bytes, so the directory must name images inside the file and behind itself, and the first image must have a known header.
 *
 * Source: "Icons" (John Hornick, Microsoft, 1995), and PNG in place of a bitmap since Windows Vista.
 */
function isIcon({ head, size }: BinarySample): boolean {
  if (head.length < 22 || head.readUInt16LE(0) !== 0 || ![1, 2].includes(head.readUInt16LE(2))) return false;
  const count = head.readUInt16LE(4);
  const directoryEnd = 6 + 16 * count;
  if (count === 0 || directoryEnd > head.length) return false;
  for (let entry = 6; entry < directoryEnd; entry += 16) {
    const [length, offset] = [head.readUInt32LE(entry + 8), head.readUInt32LE(entry + 12)];
    if (length === 0 || offset < directoryEnd || offset + length > size) return false;
  }
  return isImageAt(head, head.readUInt32LE(18));
}

/** An image beyond the head is not checked. */
function isImageAt(head: Buffer, offset: number): boolean {
  if (offset + png.length > head.length) return true;
  return head.subarray(offset, offset + png.length).equals(png) || bitmapHeaders.includes(head.readUInt32LE(offset));
}

const lotus = 'application/vnd.lotus-1-2-3';
const quattro = 'application/x-quattro-pro';

/** Worksheets by the length of the first record and the version in it. */
const worksheetTypes = new Map([
  [worksheetKey(2, 0x0404), lotus], // 1-2-3 release 1 (.wks)
  [worksheetKey(2, 0x0405), lotus], // Symphony (.wrk)
  [worksheetKey(2, 0x0406), lotus], // 1-2-3 release 2 (.wk1)
  [worksheetKey(26, 0x1000), lotus], // release 3 (.wk3)
  [worksheetKey(26, 0x1002), lotus], // release 4 (.wk4)
  [worksheetKey(26, 0x1003), lotus], // 97 (.123)
  [worksheetKey(26, 0x1005), lotus], // Millennium (.123)
  [worksheetKey(2, 0x5120), quattro], // Quattro Pro for DOS (.wq1)
  [worksheetKey(2, 0x5121), quattro], // (.wq2)
  [worksheetKey(2, 0x1001), quattro], // for Windows (.wb1)
  [worksheetKey(2, 0x1002), quattro], // (.wb2)
]);

/**
 * The type of a worksheet of Lotus 1-2-3 or Quattro Pro: a list of records, each with its number, its length and its bytes.
 * The first record has the number 0 and holds the version.
 */
function worksheetType({ head, size }: BinarySample): string | undefined {
  if (head.length < 10 || head.readUInt16LE(0) !== 0) return undefined;
  const length = head.readUInt16LE(2);
  const next = 4 + length;
  if (next + 4 > head.length || next + 4 + head.readUInt16LE(next + 2) > size) return undefined;
  return worksheetTypes.get(worksheetKey(length, head.readUInt16LE(4)));
}

function worksheetKey(length: number, version: number): number {
  return length * 0x1_0000 + version;
}
