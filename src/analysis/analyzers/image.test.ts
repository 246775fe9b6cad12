import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type CoreFields, UnreadableFile } from '#domain/analysis.ts';
import * as write from '#test/support/image-writers.ts';
import { memoryBlob } from '#test/support/memory-blobs.ts';
import { image } from './image.ts';

async function find(mime: string, bytes: Buffer) {
  const core = { mime_type: mime } as CoreFields;
  assert.ok(image.accepts(core));
  return image.schema.parse((await image.analyze(memoryBlob(bytes), { filename: '', core, findings: {} })).findings);
}

const size = { width: 1_025, height: 257 };
const rgb = { ...size, bit_depth: 8, color: 'rgb' };
const camera = { orientation: 6, make: 'Cämera', taken: '2024:05:06 07:08:09', offset: '+02:00' };

const images: readonly (readonly [what: string, mime: string, Buffer, expected: object])[] = [
  ['PNG', 'image/png', write.pngOf(size, 2), { ...rgb, alpha: false }],
  ['PNG with alpha', 'image/png', write.pngOf(size, 4), { ...rgb, color: 'gray', alpha: true }],
  [
    'PNG with a transparent colour',
    'image/png',
    write.pngOf(size, 3, [['tRNS', Buffer.alloc(1)]]),
    { ...rgb, color: 'palette', alpha: true },
  ],
  ['animated PNG', 'image/apng', write.pngOf(size, 6, [write.framesOf(7)]), { ...rgb, alpha: true, frames: 7 }],
  ['JPEG', 'image/jpeg', write.jpegOf(size), rgb],
  ['JPEG whose frame is far from its start', 'image/jpeg', write.jpegOf(size, { segments: 40 }), rgb],
  ['GIF', 'image/gif', write.gifOf(size, 1), { ...size, bit_depth: 2, color: 'palette', frames: 1 }],
  ['animated GIF', 'image/gif', write.gifOf(size, 5), { ...size, bit_depth: 2, color: 'palette', frames: 5 }],
  ['WebP, lossy', 'image/webp', write.webpOf('VP8 ', size), { ...rgb, alpha: false }],
  ['WebP, lossless', 'image/webp', write.webpOf('VP8L', size), { ...rgb, alpha: true }],
  ['WebP, animated', 'image/webp', write.webpOf('VP8X', size, 3), { ...rgb, alpha: true, frames: 3 }],
  ['BMP of Windows, top down', 'image/bmp', write.bmpOf(size, 40), rgb],
  ['BMP of OS/2', 'image/bmp', write.bmpOf(size, 12), rgb],
  [
    'icon',
    'image/x-icon',
    write.iconOf([
      { width: 16, height: 16 },
      { width: 256, height: 256 },
      { width: 32, height: 32 },
    ]),
    { width: 256, height: 256, frames: 3 },
  ],
  ['TIFF', 'image/tiff', write.tiffOf(size, 1), { ...rgb, frames: 1 }],
  ['TIFF, big-endian, of 4 pages', 'image/tiff', write.tiffOf(size, 4, false), { ...rgb, frames: 4 }],
  [
    'raw file with a preview',
    'image/x-nikon-nef',
    write.rawOf({ width: 160, height: 120 }, size),
    { ...size, bit_depth: 1 },
  ],
  ['HEIF, cropped', 'image/heic', write.heifOf({ width: 1_088, height: 320 }, size), { ...size, bit_depth: 10 }],
  [
    'portable graymap',
    'image/x-portable-graymap',
    Buffer.from('P5\n# 9 9\n1025\t257 # x\n65535\n'),
    { ...size, bit_depth: 16, color: 'gray' },
  ],
  ['QOI', 'image/qoi', Buffer.from('716f6966000004010000010104000000', 'hex'), { ...rgb, alpha: true }],
];

describe('the size of an image', () => {
  for (const [what, mime, bytes, expected] of images)
    it(`is in its header: ${what}`, async () => assert.deepEqual(await find(mime, bytes), expected));

  it('may be in few bits', async () => {
    // JPEG XL: both sides are a multiple of 8 up to 256; the ratio 3:2; sides of 9 bits.
    const bits = (text: string) => {
      const padded = text.replaceAll(' ', '').padEnd(72, '0');
      const bytes = padded.match(/.{8}/g) as string[];
      return Buffer.concat([
        Buffer.from([0xff, 0x0a]),
        Buffer.from(bytes.map((byte) => Number.parseInt([...byte].reverse().join(''), 2))),
      ]);
    };
    assert.deepEqual(await find('image/jxl', bits('1 11000 000 10000')), { width: 16, height: 32 });
    assert.deepEqual(await find('image/jxl', bits('1 11111 100')), { width: 256, height: 256 });
    assert.deepEqual(await find('image/jxl', bits('0 00 110001000 000 00 010000000')), { width: 3, height: 36 });
  });
});

describe('what a camera wrote', () => {
  it('is read with the offset of its time', async () => {
    const { orientation, camera_make, taken } = await find(
      'image/jpeg',
      write.jpegOf(size, { exif: write.exifOf(camera) }),
    );
    assert.deepEqual([orientation, camera_make, taken], [6, 'Cämera', '2024-05-06T07:08:09+02:00']);
    const png = write.pngOf(size, 2, [['eXIf', write.exifOf(camera)]]);
    assert.equal((await find('image/png', png)).taken, '2024-05-06T07:08:09+02:00');
  });

  it('has a local time without an offset, and no impossible time', async () => {
    const { offset: _, ...local } = camera;
    const times = {
      '2024:05:06 07:08:09': '2024-05-06T07:08:09',
      '0000:00:00 00:00:00': undefined,
      '2023:02:29 00:00:00': undefined,
    };
    for (const [taken, expected] of Object.entries(times)) {
      const bytes = write.jpegOf(size, { exif: write.exifOf({ ...local, taken }) });
      assert.equal((await find('image/jpeg', bytes)).taken, expected);
    }
  });

  it('costs nothing but itself when it is damaged', async () => {
    const exif = write.exifOf(camera);
    const found = await find('image/jpeg', write.jpegOf(size, { exif: exif.fill(0xff, 4) }));
    assert.deepEqual(found, rgb);
  });
});

describe('a damaged image', () => {
  for (const [what, mime, bytes] of images) {
    it(`is refused when it is cut off in its header: ${what}`, async () =>
      await assert.rejects(find(mime, bytes.subarray(0, 5)), { name: 'UnreadableFile', code: 'damaged' }));

    it(`has a size or is refused, whatever its bytes: ${what}`, async () => {
      const places = fc.array(fc.tuple(fc.nat(Math.min(bytes.length - 1, 300)), fc.nat(255)), {
        minLength: 1,
        maxLength: 6,
      });
      await fc.assert(
        fc.asyncProperty(places, fc.nat(bytes.length), async (changes, length) => {
          const changed = Buffer.from(bytes);
          for (const [at, byte] of changes) changed[at] = byte;
          for (const whole of [changed, changed.subarray(0, length)]) await foundOrRefused(mime, whole);
        }),
        { numRuns: 60 },
      );
    });
  }

  it('does not count pages in a circle', async () => {
    const bytes = write.tiffOf(size, 3);
    bytes.writeUInt32LE(16, bytes.length - 4);
    assert.equal((await find('image/tiff', bytes)).frames, 3);
  });
});

async function foundOrRefused(mime: string, bytes: Buffer): Promise<void> {
  try {
    await find(mime, bytes);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
  }
}
