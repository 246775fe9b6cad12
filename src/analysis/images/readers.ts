import * as fixed from './fixed.ts';
import { gif } from './gif.ts';
import type { ReadHeader } from './header.ts';
import { heif } from './heif.ts';
import { jpeg } from './jpeg.ts';
import { jpeg2000, jpegXl } from './jpeg-2000.ts';
import { png } from './png.ts';
import { cameraRaw, tiff } from './tiff.ts';
import { webp } from './webp.ts';

const readers: readonly (readonly [ReadHeader, ...(readonly string[])])[] = [
  [png, 'image/png', 'image/apng'],
  [jpeg, 'image/jpeg'],
  [gif, 'image/gif'],
  [webp, 'image/webp'],
  [fixed.bmp, 'image/bmp'],
  [fixed.icon, 'image/x-icon'],
  [fixed.photoshop, 'image/vnd.adobe.photoshop'],
  [fixed.qoi, 'image/qoi'],
  [fixed.targa, 'image/x-tga'],
  [fixed.pcx, 'image/vnd.zbrush.pcx'],
  [fixed.directDraw, 'image/vnd.ms-dds'],
  [fixed.jpeg2000Stream, 'image/j2c'],
  [fixed.portable, 'image/x-portable-bitmap', 'image/x-portable-graymap', 'image/x-portable-pixmap'],
  [jpeg2000, 'image/jp2', 'image/jpx', 'image/jpm', 'image/jph'],
  [jpegXl, 'image/jxl'],
  [heif, 'image/heic', 'image/heic-sequence', 'image/heif', 'image/heif-sequence', 'image/avif'],
  [tiff, 'image/tiff'],
  [cameraRaw, 'image/x-adobe-dng', 'image/x-canon-cr2', 'image/x-nikon-nef', 'image/x-sony-arw', 'image/x-pentax-pef'],
];

const byType = new Map(readers.flatMap(([reader, ...types]) => types.map((type) => [type, reader] as const)));

export function headerReader(mime: string): ReadHeader | undefined {
  return byType.get(mime);
}
