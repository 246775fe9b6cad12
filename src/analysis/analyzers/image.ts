import { z } from 'zod';
import { type FileAnalyzer, type FileContext, type FileFindings, UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { BlobBytes } from '../containers/blob-bytes.ts';
import { bounded } from '../content/bounded.ts';
import { damaged } from '../images/header.ts';
import { headerReader } from '../images/readers.ts';

const maxText = 200;
/** The most bits of a sample in any format. */
const maxBits = 128;
const count = z.int().positive();
const text = z.string().max(maxText).exactOptional();

/** Types that may hold what a camera wrote. */
const withExif = /^image\/(jpeg|png|apng|webp|tiff|hei[cf].*|avif|jxl|x-.*-.*)$/;

/** The size of an image, and what its camera wrote: docs/analysis.md has the definitions. */
export const image: FileAnalyzer = {
  name: 'image',
  version: '1',
  needs: ['mime'],
  finds: 'image',
  accepts: ({ mime_type }) => headerReader(mime_type) !== undefined,
  schema: z.object({
    width: count,
    height: count,
    bit_depth: count.max(maxBits).exactOptional(),
    color: z.enum(['gray', 'rgb', 'palette', 'cmyk']).exactOptional(),
    alpha: z.boolean().exactOptional(),
    frames: z.int().nonnegative().exactOptional(),
    orientation: count.max(8).exactOptional(),
    camera_make: text,
    camera_model: text,
    lens: text,
    taken: text,
    position: z.object({ latitude: z.number(), longitude: z.number() }).exactOptional(),
  }),
  analyze,
};

async function analyze(blob: BlobHandle, { core: { mime_type: mime } }: FileContext): Promise<FileFindings> {
  const read = headerReader(mime);
  if (read === undefined) throw new UnreadableFile('unsupported', `There is no reader for ${mime}.`);
  const bytes = new BlobBytes(blob);
  const { width, height, bitDepth, color, alpha, frames } = await read(bytes);
  if (![width, height, bitDepth ?? 1].every((number) => Number.isSafeInteger(number) && number >= 1)) throw damaged();
  if (bitDepth !== undefined && bitDepth > maxBits) throw damaged();
  const found = {
    width,
    height,
    bit_depth: bitDepth,
    color,
    alpha,
    frames,
    ...(await camera(bytes, mime)),
  };
  return { findings: Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) };
}

async function camera(bytes: BlobBytes, mime: string) {
  if (!withExif.test(mime)) return {};
  const { exifOf } = await import('../images/exif.ts');
  const { make, model, lens, ...facts } = await exifOf(bytes);
  const short = (value: string | undefined) => (value === undefined ? undefined : bounded(value, maxText));
  return { ...facts, camera_make: short(make), camera_model: short(model), lens: short(lens) };
}
