import { exactly, type ImageHeader, type ReadHeader } from './header.ts';

/** Reads a header whose fields are all in its first bytes. */
function within(length: number, fields: (head: Buffer) => ImageHeader): ReadHeader {
  return async (bytes) => fields(await exactly(bytes, 0, length));
}

/** Source: "Bitmap Storage" (Microsoft), and for OS/2 "Bitmap File Format" of its Presentation Manager. */
export const bmp = within(30, (head) => {
  if (head.readUInt32LE(14) === 12)
    return { width: head.readUInt16LE(18), height: head.readUInt16LE(20), ...pixel(head.readUInt16LE(24)) };
  // A negative height means that the rows go from the top down.
  return { width: head.readInt32LE(18), height: Math.abs(head.readInt32LE(22)), ...pixel(head.readUInt16LE(28)) };
});

/** By bits of a pixel, of which a bitmap that holds a JPEG or PNG states 0. */
function pixel(bits: number): Pick<ImageHeader, 'bitDepth' | 'color'> {
  if (bits === 0) return {};
  if (bits <= 8) return { bitDepth: bits, color: 'palette' };
  return bits === 16 ? { color: 'rgb' } : { bitDepth: 8, color: 'rgb' };
}

/** The largest of the images of an icon or a cursor. */
export const icon: ReadHeader = async (bytes) => {
  const count = (await exactly(bytes, 0, 6)).readUInt16LE(4);
  const entries = await exactly(bytes, 6, count * 16);
  let [width, height] = [0, 0];
  for (let at = 0; at < entries.length; at += 16) {
    const [across, down] = [entries[at] || 256, entries[at + 1] || 256];
    if (across * down > width * height) [width, height] = [across, down];
  }
  return { width, height, frames: count };
};

const photoshopColors: Readonly<Record<number, ImageHeader['color']>> = {
  1: 'gray',
  2: 'palette',
  3: 'rgb',
  4: 'cmyk',
};

/** Source: "Adobe Photoshop File Formats Specification". */
export const photoshop = within(26, (head) => {
  const color = photoshopColors[head.readUInt16BE(24)];
  const size = { width: head.readUInt32BE(18), height: head.readUInt32BE(14), bitDepth: head.readUInt16BE(22) };
  return { ...size, ...(color !== undefined && { color }) };
});

/** Source: "The Quite OK Image Format", qoiformat.org. */
export const qoi = within(14, (head) => ({
  width: head.readUInt32BE(4),
  height: head.readUInt32BE(8),
  bitDepth: 8,
  color: 'rgb',
  alpha: head[12] === 4,
}));

/** Source: "Truevision TGA File Format Specification", version 2.0. */
export const targa = within(18, (head) => {
  const kind = (head[2] as number) & 7;
  const size = { width: head.readUInt16LE(12), height: head.readUInt16LE(14) };
  if (kind === 1) return { ...size, bitDepth: head[16] as number, color: 'palette' };
  return { ...size, bitDepth: head[16] === 16 ? 5 : 8, color: kind === 3 ? 'gray' : 'rgb', alpha: head[16] === 32 };
});

/** Source: "ZSoft PCX File Format Technical Reference Manual". */
export const pcx = within(66, (head) => ({
  width: head.readUInt16LE(8) - head.readUInt16LE(4) + 1,
  height: head.readUInt16LE(10) - head.readUInt16LE(6) + 1,
  bitDepth: head[3] as number,
  color: (head[65] as number) >= 3 && head[3] === 8 ? 'rgb' : 'palette',
}));

export const directDraw = within(20, (head) => ({ width: head.readUInt32LE(16), height: head.readUInt32LE(12) }));

/** A codestream of JPEG 2000: the area of the image within its reference grid. Source: ISO/IEC 15444-1, A.5.1. */
export const jpeg2000Stream = within(43, jpeg2000Size);

export function jpeg2000Size(head: Buffer): ImageHeader {
  const width = head.readUInt32BE(8) - head.readUInt32BE(16);
  return { width, height: head.readUInt32BE(12) - head.readUInt32BE(20), bitDepth: ((head[42] as number) & 0x7f) + 1 };
}

/** Width and height in decimal, between white space and comments. Source: pbm(5), pgm(5), ppm(5). */
export const portable: ReadHeader = async (bytes) => {
  const head = (await bytes.at(0, 4_096)).toString('latin1');
  const [kind, width, height, most] = head.replace(/#[^\n]*/g, '').split(/\s+/, 4);
  const color = kind === 'P3' || kind === 'P6' ? 'rgb' : 'gray';
  const bitDepth = kind === 'P1' || kind === 'P4' ? 1 : Number(most) > 255 ? 16 : 8;
  return { width: Number(width), height: Number(height), bitDepth, color };
};
