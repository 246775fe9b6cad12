import type { BlobBytes } from '../containers/blob-bytes.ts';
import { damaged, exactly, type ReadHeader } from './header.ts';

const maxChunks = 100_000;

/** Source: RFC 9649, 2; RFC 6386, 9.1. */
export const webp: ReadHeader = async (bytes) => {
  const head = await exactly(bytes, 0, 30);
  const kind = head.toString('latin1', 12, 16);
  const common = { bitDepth: 8, color: 'rgb' } as const;
  if (kind === 'VP8 ')
    return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff, ...common, alpha: false };
  if (kind === 'VP8L') {
    const bits = head.readUInt32LE(21);
    const size = { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    return { ...size, ...common, alpha: ((bits >>> 28) & 1) === 1 };
  }
  if (kind !== 'VP8X') throw damaged();
  const flags = head[20] as number;
  const size = { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
  const frames = (flags & 2) !== 0 ? await countFrames(bytes) : undefined;
  return { ...size, ...common, alpha: (flags & 0x10) !== 0, ...(frames !== undefined && { frames }) };
};

async function countFrames(bytes: BlobBytes): Promise<number> {
  let frames = 0;
  let at = 12;
  for (let left = maxChunks; left > 0; left--) {
    const chunk = await bytes.at(at, 8);
    if (chunk.length < 8) break;
    if (chunk.toString('latin1', 0, 4) === 'ANMF') frames += 1;
    const length = chunk.readUInt32LE(4);
    at += 8 + length + (length % 2);
  }
  return frames;
}
