import { damaged, exactly, type ReadHeader } from './header.ts';

const maxSegments = 2_000;
/** Markers of a frame; C4, C8 and CC mean something else. */
const frames = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xf7]);
const colors = { 1: 'gray', 3: 'rgb', 4: 'cmyk' } as const;

/** The first frame, which follows segments of any length. Source: ITU-T T.81, B.2. */
export const jpeg: ReadHeader = async (bytes) => {
  let at = 2;
  for (let left = maxSegments; left > 0; left--) {
    const segment = await exactly(bytes, at, 4);
    const marker = segment[1] as number;
    if (segment[0] !== 0xff) throw damaged();
    // Any number of FF may precede a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xd9 || marker === 0xda) throw damaged();
    if (frames.has(marker)) {
      const frame = await exactly(bytes, at + 4, 6);
      const color = colors[frame[5] as keyof typeof colors];
      const size = { width: frame.readUInt16BE(3), height: frame.readUInt16BE(1), bitDepth: frame[0] as number };
      return { ...size, ...(color !== undefined && { color }) };
    }
    at += 2 + segment.readUInt16BE(2);
  }
  throw damaged();
};
