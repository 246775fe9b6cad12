import type { ExpandedTags } from 'exifreader';
import type { BlobBytes } from '../containers/blob-bytes.ts';

/** What a camera wrote. */
export interface ExifFacts {
  /** 1 to 8: how the stored image is to be turned. Source: Exif 3.0, 4.6.5. */
  readonly orientation?: number;
  readonly make?: string;
  readonly model?: string;
  readonly lens?: string;
  readonly taken?: string;
  /** Degrees, north and east. */
  readonly position?: { readonly latitude: number; readonly longitude: number };
}

/** A file up to this size is read whole; of a larger one the beginning, which holds these facts in most formats. */
const wholeBytes = 16 * 2 ** 20;
const headBytes = 2 ** 20;

/** The facts of an image; none when it has none, or they are damaged. */
export async function exifOf(bytes: BlobBytes): Promise<ExifFacts> {
  const { default: exifReader } = await import('exifreader');
  const part = await bytes.at(0, bytes.size <= wholeBytes ? wholeBytes : headBytes);
  try {
    return factsOf(exifReader.load(part, { expanded: true }));
  } catch {
    return {};
  }
}

function factsOf({ exif, gps }: ExpandedTags): ExifFacts {
  const tags = (exif ?? {}) as Readonly<Record<string, { readonly value?: unknown } | undefined>>;
  const text = (name: string) => textOf(tags[name]?.value);
  const orientation = tags.Orientation?.value;
  const taken =
    moment(text('DateTimeOriginal'), text('SubSecTimeOriginal'), text('OffsetTimeOriginal')) ??
    moment(text('DateTimeDigitized'), text('SubSecTimeDigitized'), text('OffsetTimeDigitized')) ??
    moment(text('DateTime'), text('SubSecTime'), text('OffsetTime'));
  const found = { make: text('Make'), model: text('Model'), lens: text('LensModel'), taken, position: positionOf(gps) };
  return {
    ...(Number.isInteger(orientation) &&
      Number(orientation) >= 1 &&
      Number(orientation) <= 8 && { orientation: Number(orientation) }),
    ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
  };
}

function textOf(value: unknown): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}

/** RFC 3339, without an offset where the camera stated none; undefined when it is no date. */
function moment(
  date: string | undefined,
  fraction: string | undefined,
  offset: string | undefined,
): string | undefined {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(date ?? '');
  if (parts === null) return undefined;
  const local = `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}${/^\d{1,9}$/.test(fraction ?? '') ? `.${fraction}` : ''}`;
  try {
    Temporal.PlainDateTime.from(local, { overflow: 'reject' });
  } catch {
    return undefined;
  }
  return /^[+-]\d\d:\d\d$|^Z$/.test(offset ?? '') ? `${local}${offset}` : local;
}

function positionOf(gps: ExpandedTags['gps']): ExifFacts['position'] {
  const { Latitude: latitude, Longitude: longitude } = gps ?? {};
  if (latitude === undefined || longitude === undefined) return undefined;
  const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return isPlace ? { latitude, longitude } : undefined;
}
