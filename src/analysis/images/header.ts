import { UnreadableFile } from '#domain/analysis.ts';
import type { BlobBytes } from '../containers/blob-bytes.ts';

/** What the header of an image says. */
export interface ImageHeader {
  /** Pixels, as stored: a reader may have to turn the image by its orientation. */
  readonly width: number;
  readonly height: number;
  /** Bits of each sample; of the number of a colour in images with a palette. */
  readonly bitDepth?: number;
  readonly color?: 'gray' | 'rgb' | 'palette' | 'cmyk';
  readonly alpha?: boolean;
  /** Images of an animation, or pages. */
  readonly frames?: number;
}

/** @throws UnreadableFile when the header is damaged or cut off */
export type ReadHeader = (bytes: BlobBytes) => Promise<ImageHeader>;

/** @throws UnreadableFile when the file ends before */
export async function exactly(bytes: BlobBytes, offset: number, length: number): Promise<Buffer> {
  const found = await bytes.at(offset, length);
  if (found.length < length) throw damaged();
  return found;
}

export function damaged(): UnreadableFile {
  return new UnreadableFile('damaged', 'The header of the image is damaged or cut off.');
}
