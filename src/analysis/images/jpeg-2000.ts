import { findBox } from './boxes.ts';
import { jpeg2000Size } from './fixed.ts';
import { damaged, exactly, type ImageHeader, type ReadHeader } from './header.ts';
import { jpegXlSize } from './jpeg-xl.ts';

/** JPEG 2000 in a file: its header box, or the codestream. Source: ISO/IEC 15444-1, I.5.3.1. */
export const jpeg2000: ReadHeader = async (bytes) => {
  const whole = { start: 0, end: bytes.size };
  const header = await findBox(bytes, ['jp2h', 'ihdr'], whole);
  if (header === undefined) {
    const stream = await findBox(bytes, ['jp2c'], whole);
    if (stream === undefined) throw damaged();
    return jpeg2000Size(await exactly(bytes, stream.start, 43));
  }
  const fields = await exactly(bytes, header.start, 11);
  const depth = fields[10] as number;
  // 255: each component has its own.
  return {
    width: fields.readUInt32BE(4),
    height: fields.readUInt32BE(0),
    ...(depth < 255 && { bitDepth: (depth & 0x7f) + 1 }),
  };
};

/** JPEG XL, with or without boxes. Source: ISO/IEC 18181-2. */
export const jpegXl: ReadHeader = async (bytes): Promise<ImageHeader> => {
  if ((await exactly(bytes, 0, 2)).readUInt16BE(0) === 0xff0a) return jpegXlSize(await bytes.at(2, 16));
  const whole = { start: 0, end: bytes.size };
  const stream = await findBox(bytes, ['jxlc'], whole);
  if (stream !== undefined) return jpegXlSize(await bytes.at(stream.start + 2, 16));
  const part = await findBox(bytes, ['jxlp'], whole);
  if (part === undefined) throw damaged();
  // A part begins with its number.
  return jpegXlSize(await bytes.at(part.start + 6, 16));
};
