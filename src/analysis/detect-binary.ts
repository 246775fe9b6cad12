import { openAsBlob } from 'node:fs';
import type { ByteRange } from '#domain/analysis.ts';
import { isPrintable } from './controls.ts';

export interface BinarySample {
  readonly path: string;
  /** Of the file at `path`, when it is not all of it. */
  readonly range: ByteRange | undefined;
  readonly head: Uint8Array;
  /** `head` is the whole file. */
  readonly whole: boolean;
  /** Lower case, without the dot. */
  readonly extension: string;
}

const unknown = 'application/octet-stream';

/** The type of a file that is not text, by its signature. */
export async function detectBinary(sample: BinarySample): Promise<string> {
  const found = await bySignature(sample);
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

async function bySignature({ path, range, head, whole }: BinarySample): Promise<string | undefined> {
  // Loaded with the first binary file: threads that see only text never pay for it.
  const { fileTypeFromBlob, fileTypeFromBuffer, fileTypeFromFile } = await import('file-type');
  try {
    const found = await (whole
      ? fileTypeFromBuffer(head)
      : range === undefined
        ? fileTypeFromFile(path)
        : fileTypeFromBlob(await blobOf(path, range)));
    return found?.mime.split(';', 1)[0];
  } catch {
    // A damaged container makes the library give up; the file is still a file, of unknown type.
    return undefined;
  }
}

/** Read piece by piece as it is asked for; what lies outside of it cannot be reached. */
async function blobOf(path: string, { offset, length }: ByteRange): Promise<Blob> {
  return (await openAsBlob(path)).slice(offset, offset + length);
}
