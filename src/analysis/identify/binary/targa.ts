import { type BinarySample, tailOf } from './binary-sample.ts';
import { type Detector, when } from './detector.ts';

/** Asked after all that have a signature. */
export const targaImages: readonly Detector[] = when('image/x-tga', '', isTarga);

const headerLength = 18;
const signature = Buffer.from('TRUEVISION-XFILE.\0');

/** Offset, entries and bits of an absent colour map. */
const noColourMap = Buffer.alloc(5);

/** Bits per pixel by kind of image: with a colour map, true colour, black and white. */
const depths: Readonly<Record<number, readonly number[]>> = { 1: [8, 15, 16], 2: [15, 16, 24, 32], 3: [8, 16] };

const extensions: readonly string[] = ['tga', 'icb', 'vda', 'vst'];

interface Header {
  /** Where the pixels begin. */
  readonly start: number;
  readonly pixels: number;
  /** Bytes per pixel. */
  readonly bytes: number;
  /** Whether the pixels are run-length encoded. */
  readonly packed: boolean;
}

/**
 * Whether this is a Targa image. The format has no signature at its beginning, so the header must be consistent, and the file
 * must have a signature at its end (version 2) or exactly the pixels that the header declares.
 *
 * Source: "Truevision TGA File Format Specification", version 2.0.
 */
async function isTarga(sample: BinarySample): Promise<boolean> {
  const header = readHeader(sample.head);
  if (header === undefined) return false;
  if ((await tailOf(sample, signature.length)).equals(signature)) return true;
  const end = header.packed ? packedEnd(header, sample) : header.start + header.pixels * header.bytes;
  if (end === undefined) return false;
  return (
    end === sample.size || end === 'beyond the head' || (end < sample.size && extensions.includes(sample.extension))
  );
}

function readHeader(head: Buffer): Header | undefined {
  if (head.length <= headerLength) return undefined;
  const [idLength, colourMapType, type] = [head.readUInt8(0), head.readUInt8(1), head.readUInt8(2)];
  // Types from 9 on are run-length encoded variants of the types from 1 on.
  const kind = type > 8 ? type - 8 : type;
  const depth = head.readUInt8(16);
  const pixels = head.readUInt16LE(12) * head.readUInt16LE(14);
  const colourMap = colourMapBytes(head);
  if (colourMapType > 1 || colourMap === undefined || (kind === 1 && colourMap === 0)) return undefined;
  if (pixels === 0 || depths[kind]?.includes(depth) !== true || !isDescriptor(head.readUInt8(17), depth))
    return undefined;
  return { start: headerLength + idLength + colourMap, pixels, bytes: Math.ceil(depth / 8), packed: type > 8 };
}

/** Undefined if the header contradicts itself. */
function colourMapBytes(head: Buffer): number | undefined {
  if (head.readUInt8(1) === 0) return head.subarray(3, 8).equals(noColourMap) ? 0 : undefined;
  const [entries, bits] = [head.readUInt16LE(5), head.readUInt8(7)];
  return entries > 0 && [15, 16, 24, 32].includes(bits) ? entries * Math.ceil(bits / 8) : undefined;
}

/** The low bits are the number of attribute bits per pixel; the highest two must be zero. */
function isDescriptor(descriptor: number, depth: number): boolean {
  const attributes = descriptor & 0x0f;
  return (descriptor & 0xc0) === 0 && attributes <= 8 && attributes < depth;
}

/** Walks the packets, none of which may reach beyond the last pixel. Undefined if they are malformed. */
function packedEnd(
  { start, pixels, bytes }: Header,
  { head, size }: BinarySample,
): number | 'beyond the head' | undefined {
  let [at, left] = [start, pixels];
  while (left > 0) {
    if (at >= head.length) return head.length < size ? 'beyond the head' : undefined;
    const packet = head.readUInt8(at);
    const count = (packet & 0x7f) + 1;
    left -= count;
    at += 1 + (packet > 0x7f ? bytes : count * bytes);
  }
  return left === 0 && at <= size ? at : undefined;
}
