/** Bytes of images whose pixels nobody reads: headers with what surrounds them. */
const u16le = (...values: readonly number[]) =>
  Buffer.concat(values.map((value) => Buffer.from([value & 0xff, value >> 8])));
const u16be = (...values: readonly number[]) => u16le(...values).swap16();
const u32le = (...values: readonly number[]) =>
  Buffer.concat(values.map((value) => u16le(value & 0xffff, value >>> 16)));
const u32be = (...values: readonly number[]) => u32le(...values).swap32();

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** The chunks follow the header. */
export function pngOf(
  { width, height }: ImageSize,
  type: number,
  chunks: readonly (readonly [string, Buffer])[] = [],
): Buffer {
  const header = Buffer.concat([u32be(width, height), Buffer.from([8, type, 0, 0, 0])]);
  const all = [
    ['IHDR', header] as const,
    ...chunks,
    ['IDAT', Buffer.alloc(40)] as const,
    ['IEND', Buffer.alloc(0)] as const,
  ];
  const written = all.map(([name, content]) =>
    Buffer.concat([u32be(content.length), Buffer.from(name), content, u32be(0)]),
  );
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...written]);
}

export function framesOf(count: number): readonly [string, Buffer] {
  return ['acTL', u32be(count, 0)];
}

/** Segments before the frame are as long as may be. */
export function jpegOf(
  { width, height }: ImageSize,
  { exif, segments = 0 }: { exif?: Buffer; segments?: number } = {},
): Buffer {
  const segment = (marker: number, content: Buffer) =>
    Buffer.concat([Buffer.from([0xff, marker]), u16be(content.length + 2), content]);
  const frame = Buffer.concat([Buffer.from([8]), u16be(height, width), Buffer.from([3]), Buffer.alloc(9)]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...(exif === undefined ? [] : [segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif]))]),
    ...Array.from({ length: segments }, () => segment(0xe2, Buffer.alloc(65_000, 0xff))),
    segment(0xc2, frame),
    segment(0xda, Buffer.alloc(10)),
    Buffer.from([0xff, 0xd9]),
  ]);
}

export function gifOf({ width, height }: ImageSize, frames: number): Buffer {
  const head = Buffer.concat([
    Buffer.from('GIF89a'),
    u16le(width, height),
    Buffer.from([0x81, 0, 0]),
    Buffer.alloc(12),
  ]);
  const control = Buffer.from([0x21, 0xf9, 4, 0, 1, 0, 0, 0]);
  const image = Buffer.concat([
    Buffer.from([0x2c]),
    Buffer.alloc(8),
    Buffer.from([0x80]),
    Buffer.alloc(6),
    Buffer.from([2, 2, 0x2c, 0x21, 0]),
  ]);
  return Buffer.concat([
    head,
    ...Array.from({ length: frames }, () => Buffer.concat([control, image])),
    Buffer.from([0x3b]),
  ]);
}

export function webpOf(kind: 'VP8 ' | 'VP8L' | 'VP8X', { width, height }: ImageSize, frames = 0): Buffer {
  const content = {
    'VP8 ': Buffer.concat([Buffer.from([0, 0, 0, 0x9d, 1, 0x2a]), u16le(width, height)]),
    VP8L: Buffer.concat([Buffer.from([0x2f]), u32le((width - 1) | ((height - 1) << 14) | (1 << 28)), Buffer.alloc(5)]),
    VP8X: Buffer.concat([
      Buffer.from([0x12, 0, 0, 0]),
      u32le(width - 1).subarray(0, 3),
      u32le(height - 1).subarray(0, 3),
    ]),
  }[kind];
  const images = Array.from({ length: frames }, () =>
    Buffer.concat([Buffer.from('ANMF'), u32le(16), Buffer.alloc(16)]),
  );
  const chunks = [Buffer.from(kind), u32le(content.length), content, ...images];
  return Buffer.concat([Buffer.from('RIFF'), u32le(100), Buffer.from('WEBP'), ...chunks]);
}

export function bmpOf({ width, height }: ImageSize, headerLength: 12 | 40): Buffer {
  const header =
    headerLength === 12 ? u16le(width, height, 1, 24) : Buffer.concat([u32le(width, -height), u16le(1, 24)]);
  return Buffer.concat([Buffer.from('BM'), Buffer.alloc(12), u32le(headerLength), header, Buffer.alloc(40)]);
}

export function iconOf(sizes: readonly ImageSize[]): Buffer {
  const entries = sizes.map(({ width, height }) => Buffer.from([width & 0xff, height & 0xff, ...Buffer.alloc(14)]));
  return Buffer.concat([u16le(0, 1, sizes.length), ...entries]);
}

/** A TIFF with the same fields on each page. */
export function tiffOf({ width, height }: ImageSize, pages: number, isLittle = true): Buffer {
  const u16 = isLittle ? u16le : u16be;
  const u32 = isLittle ? u32le : u32be;
  const short = (tag: number, value: number) => Buffer.concat([u16(tag, 3), u32(1), u16(value, 0)]);
  const fields = [
    Buffer.concat([u16(256, 4), u32(1, width)]),
    short(257, height),
    Buffer.concat([u16(258, 3), u32(3, 8)]),
    short(262, 2),
  ];
  const length = 2 + 12 * fields.length + 4;
  const list = (page: number) =>
    Buffer.concat([u16(fields.length), ...fields, u32(page + 1 === pages ? 0 : 16 + length * (page + 1))]);
  const head = [Buffer.from(isLittle ? 'II' : 'MM'), u16(42), u32(16), u16(8, 8, 8, 0)];
  return Buffer.concat([...head, ...Array.from({ length: pages }, (_, page) => list(page))]);
}

/** A camera's raw file: a preview, and the image in an inner page. */
export function rawOf(preview: ImageSize, { width, height }: ImageSize): Buffer {
  const long = (tag: number, value: number) => Buffer.concat([u16le(tag, 4), u32le(1, value)]);
  const first = [long(256, preview.width), long(257, preview.height), long(330, 50)];
  const inner = [long(256, width), long(257, height)];
  const page = (fields: readonly Buffer[]) => Buffer.concat([u16le(fields.length), ...fields, u32le(0)]);
  return Buffer.concat([Buffer.from('II'), u16le(42), u32le(8), page(first), page(inner)]);
}

/** HEIF with a thumbnail and, as the primary image, one that is cropped. */
export function heifOf(coded: ImageSize, shown: ImageSize): Buffer {
  const box = (name: string, ...content: readonly Buffer[]) => {
    const all = Buffer.concat(content);
    return Buffer.concat([u32be(all.length + 8), Buffer.from(name), all]);
  };
  const size = ({ width, height }: ImageSize) => box('ispe', u32be(0, width, height));
  const crop = box('clap', u32be(shown.width, 1, shown.height, 1, 0, 1, 0, 1));
  const depth = box('pixi', u32be(0), Buffer.from([3, 10, 10, 10]));
  const list = box('ipco', size({ width: 9_000, height: 9_000 }), size(coded), crop, depth);
  const associations = box(
    'ipma',
    u32be(0, 2),
    u16be(1),
    Buffer.from([1, 1]),
    u16be(7),
    Buffer.from([3, 0x82, 0x83, 4]),
  );
  const meta = box('meta', u32be(0), box('pitm', u32be(0), u16be(7)), box('iprp', list, associations));
  return Buffer.concat([box('ftyp', Buffer.from('heic'), u32be(0)), meta]);
}

/** The TIFF structure of Exif: texts and one number of the first directory, texts of the second, and a position. */
export function exifOf({
  orientation,
  make,
  taken,
  offset,
}: {
  orientation: number;
  make: string;
  taken: string;
  offset?: string;
}): Buffer {
  const texts: Buffer[] = [];
  let textsAt = 200;
  const text = (tag: number, value: string) => {
    const bytes = Buffer.from(`${value}\0`.padEnd(5, '\0'));
    texts.push(bytes);
    textsAt += bytes.length;
    return Buffer.concat([u16be(tag, 2), u32be(bytes.length, textsAt - bytes.length)]);
  };
  const directory = (...fields: readonly Buffer[]) => Buffer.concat([u16be(fields.length), ...fields, u32be(0)]);
  const first = [Buffer.concat([u16be(0x112, 3), u32be(1), u16be(orientation, 0)]), text(0x10f, make)];
  const secondAt = 8 + 2 + 12 * 3 + 4;
  const pointer = Buffer.concat([u16be(0x8769, 4), u32be(1, secondAt)]);
  const second = [text(0x9003, taken), ...(offset === undefined ? [] : [text(0x9011, offset)])];
  const lists = Buffer.concat([
    Buffer.from('MM'),
    u16be(42),
    u32be(8),
    directory(...first, pointer),
    directory(...second),
  ]);
  return Buffer.concat([lists, Buffer.alloc(200 - lists.length), ...texts]);
}
