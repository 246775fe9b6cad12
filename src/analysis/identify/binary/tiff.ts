import { type BinarySample, bytesAt } from './binary-sample.ts';
import { has, latin1, u16, u32 } from './bytes.ts';
import { among, type Detector } from './detector.ts';

const tiff = 'image/tiff';

/** TIFF, and the raw formats of cameras that are built as it. */
export const tiffImages: readonly Detector[] = among(['II*\0', 'MM\0*', 'II+\0', 'MM\0+'], identify);

const tags = { compression: 0x103, photometric: 0x106, make: 0x10f, subDirectories: 0x14a, dngVersion: 0xc612 };

/** Types of raw images by the maker of the camera. */
const makers: readonly (readonly [maker: RegExp, mime: string])[] = [
  [/^nikon/i, 'image/x-nikon-nef'],
  [/^sony/i, 'image/x-sony-arw'],
  [/^(?:pentax|ricoh|asahi)/i, 'image/x-pentax-pef'],
  [/^samsung/i, 'image/x-samsung-srw'],
  [/^hasselblad/i, 'image/x-raw-hasselblad'],
  [/^phase one/i, 'image/x-raw-phaseone'],
  [/^(?:eastman )?kodak/i, 'image/x-kodak-dcr'],
  [/^epson|^seiko epson/i, 'image/x-raw-epson'],
  [/^mamiya/i, 'image/x-raw-mamiya'],
  [/^leaf/i, 'image/x-raw-leaf'],
  [/^(?:leica|panasonic)/i, 'image/x-panasonic-rw2'],
];

/** Pixels of a colour filter array, and linear raw pixels. */
const rawPixels = [32_803, 34_892];
/** Of Nikon, Sony, Samsung and Pentax. */
const rawCompressions = [34_713, 32_767, 32_770, 65_535, 65_000];

async function identify(sample: BinarySample): Promise<string> {
  const { head } = sample;
  // DICOM has a preamble of 128 bytes, in which some writers put the header of a TIFF.
  if (has(head, 128, 'DICM')) return 'application/dicom';
  if (has(head, 8, 'CR\x02')) return 'image/x-canon-cr2';
  const isBig = head[0] === 0x4d;
  if (u16(head, 2, isBig) !== 42) return tiff;
  const first = await readDirectory(sample, u32(head, 4, isBig), isBig);
  if (first.has(tags.dngVersion)) return 'image/x-adobe-dng';
  const make = await makerOf(sample, first.get(tags.make));
  const mime = makers.find(([maker]) => maker.test(make))?.[1];
  if (mime === undefined) return tiff;
  const isRaw = hasRawPixels(first) || (await subDirectories(sample, first, isBig)).some(hasRawPixels);
  return isRaw ? mime : tiff;
}

interface Field {
  readonly count: number;
  /** The value itself, if it has at most four bytes, or where it is. */
  readonly value: number;
}

type Directory = ReadonlyMap<number, Field>;

const maxFields = 256;

async function readDirectory(sample: BinarySample, at: number, isBig: boolean): Promise<Directory> {
  const count = u16(await bytesAt(sample, at, 2), 0, isBig);
  const bytes = await bytesAt(sample, at + 2, Math.min(count || 0, maxFields) * 12);
  const fields = new Map<number, Field>();
  for (let entry = 0; entry + 12 <= bytes.length; entry += 12) {
    const isShort = u16(bytes, entry + 2, isBig) === 3;
    const value = isShort ? u16(bytes, entry + 8, isBig) : u32(bytes, entry + 8, isBig);
    fields.set(u16(bytes, entry, isBig), { count: u32(bytes, entry + 4, isBig), value });
  }
  return fields;
}

async function subDirectories(sample: BinarySample, directory: Directory, isBig: boolean): Promise<Directory[]> {
  const field = directory.get(tags.subDirectories);
  if (field === undefined) return [];
  if (field.count === 1) return [await readDirectory(sample, field.value, isBig)];
  const list = await bytesAt(sample, field.value, 4 * Math.min(field.count, 8));
  const found: Directory[] = [];
  for (let at = 0; at + 4 <= list.length; at += 4) found.push(await readDirectory(sample, u32(list, at, isBig), isBig));
  return found;
}

async function makerOf(sample: BinarySample, field: Field | undefined): Promise<string> {
  if (field === undefined || field.count <= 4) return '';
  const bytes = await bytesAt(sample, field.value, Math.min(field.count, 32));
  return latin1(bytes, 0, bytes.length);
}

function hasRawPixels(directory: Directory): boolean {
  const [photometric, compression] = [directory.get(tags.photometric), directory.get(tags.compression)];
  return rawPixels.includes(photometric?.value ?? 0) || rawCompressions.includes(compression?.value ?? 0);
}
