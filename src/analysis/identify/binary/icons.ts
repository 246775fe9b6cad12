import type { BinarySample } from './binary-sample.ts';
import { type Detector, when } from './detector.ts';

/** Icons and cursors of Windows. */
export const icons: readonly Detector[] = when('image/x-icon', ['\0\0\x01\0', '\0\0\x02\0'], isIcon);

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
  if (head.length < 22) return false;
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
