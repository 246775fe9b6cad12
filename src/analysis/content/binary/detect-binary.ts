import type { BlobHandle } from '#domain/blob-store.ts';
import { isPrintable } from '../controls.ts';
import type { BinarySample } from './binary-sample.ts';
import { isIcon } from './icon.ts';
import { isTarga } from './targa.ts';
import { worksheetType } from './worksheet.ts';

const unknown = 'application/octet-stream';

/** The type of a file that is not text, by its signature or, where that says too little, by its structure. */
export async function detectBinary(sample: BinarySample): Promise<string> {
  const found = (await byStructure(sample)) ?? (await bySignature(sample));
  if (found === undefined) return unknown;
  // A log with a stray NUL may well begin with "BM" or "GIF": signatures that short prove nothing there.
  if (!startsAsText.has(found) && isPrintable(sample.head.subarray(0, 4_096))) return unknown;
  return found === compoundFile ? (compoundFileTypes[sample.extension] ?? found) : found;
}

/** Types that begin with 4 KiB of text now and then. */
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

/** For cursors too. */
const icon = 'image/x-icon';

async function bySignature({ blob, head, size }: BinarySample): Promise<string | undefined> {
  // Loaded with the first binary file: threads that see only text never pay for it.
  const { fileTypeFromBlob, fileTypeFromBuffer } = await import('file-type');
  try {
    const found = await (head.length === size ? fileTypeFromBuffer(head) : fileTypeFromBlob(readWhenAsked(blob, size)));
    // The library looks at four bytes of an icon, with which other files begin, too.
    return found?.mime === icon ? undefined : found?.mime.split(';', 1)[0];
  } catch {
    // A damaged container makes the library give up; the file is still a file, of unknown type.
    return undefined;
  }
}

/** The part of a Blob that the library uses. What lies outside of the file cannot be reached. */
function readWhenAsked(blob: BlobHandle, size: number): Blob {
  const slice = (from: number, until: number) => ({
    async arrayBuffer() {
      const bytes = new Uint8Array(until - from);
      return bytes.buffer.slice(0, await blob.read(from, bytes));
    },
  });
  return { size, type: '', slice } as unknown as Blob;
}
