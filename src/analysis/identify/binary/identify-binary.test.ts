import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { headBytes } from '#domain/analysis.ts';
import type { ByteRange } from '#domain/blob-store.ts';
import { LocalBlob } from '#platform/local-blob.ts';
import { identifyBinary } from './identify-binary.ts';

const icon = 'image/x-icon';
const targa = 'image/x-tga';
const lotus = 'application/vnd.lotus-1-2-3';
const quattro = 'application/x-quattro-pro';
const unknown = 'application/octet-stream';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const footer = Buffer.concat([Buffer.alloc(8), Buffer.from('TRUEVISION-XFILE.\0')]);
const junk = Buffer.alloc(100, 7);

/** What is made here, and its type: with the extension of another format, which must not matter, unless it says one. */
const cases: readonly [what: string, content: Buffer, type: string, extension?: string][] = [
  ...[1, 2, 3, 9, 10, 11].flatMap((type): [string, Buffer, string][] => [
    [`a Targa image of type ${type}`, targaImage({ type }), targa],
    [`a Targa image of type ${type} with a footer`, Buffer.concat([targaImage({ type }), footer]), targa],
    [`a large Targa image of type ${type}`, targaImage({ type, width: 400, height: 300 }), targa],
    [`a Targa image of type ${type} with text in it`, targaImage({ type, id: 'an image' }), targa],
    [`a Targa image of type ${type} that is cut off`, targaImage({ type }).subarray(0, -1), unknown],
  ]),
  ...[15, 16, 24, 32].map((depth): [string, Buffer, string] => [
    `a Targa image of ${depth} bits`,
    targaImage({ type: 2, depth }),
    targa,
  ]),
  ['a Targa image with an area behind the pixels', Buffer.concat([targaImage({ type: 2 }), junk, footer]), targa],
  ['a Targa image with junk behind the pixels', Buffer.concat([targaImage({ type: 2 }), junk]), targa, 'tga'],
  ['what has junk where only a name says Targa', Buffer.concat([targaImage({ type: 2 }), junk]), unknown],
  ['a Targa image of no pixels', targaImage({ type: 2, width: 0 }), unknown],
  ['a Targa image of 17 bits', targaImage({ type: 2, depth: 17 }), unknown],
  ['junk by a name that every object has', junk, unknown, 'constructor'],
  [
    'DICOM with the header of a TIFF in its preamble',
    Buffer.concat([Buffer.from('II*\0'), Buffer.alloc(124), Buffer.from('DICM\x02\0\0\0UL\x04\0')]),
    'application/dicom',
  ],
  ['an icon', icons(1, [bitmap(40)]), icon],
  ['an icon with a PNG in it', icons(1, [png]), icon],
  ['an icon of several sizes', icons(1, [bitmap(40), bitmap(40, 4_000), png]), icon],
  ['an icon larger than is looked at', icons(1, [png, bitmap(40, 2 * headBytes)]), icon],
  ['an icon that begins beyond what is looked at', icons(1, [bitmap(40)], 2 * headBytes), icon],
  ['a cursor', icons(2, [bitmap(40)]), icon],
  ['a cursor of several sizes', icons(2, [bitmap(40), bitmap(12)]), icon],
  ['a cursor with as many images as a worksheet has for its version', icons(2, Array(0x0406).fill(png)), icon],
  ['an icon of no image', icons(1, []), unknown],
  ['an icon that is cut off', icons(1, [bitmap(40)]).subarray(0, -1), unknown, 'dat'],
  ['an icon whose image is none', icons(1, [Buffer.alloc(100, 1)]), unknown, 'dat'],
  ['a resource fork of a Mac', Buffer.concat([Buffer.from('0000010000000500', 'hex'), Buffer.alloc(300)]), unknown],
  ['zeros', Buffer.alloc(1_000), unknown],
  ['zeros behind what begins as a cursor', Buffer.concat([Buffer.from([0, 0, 2, 0]), Buffer.alloc(1_000)]), unknown],
  ['1-2-3, release 1', worksheet('000002000404'), lotus],
  ['Symphony', worksheet('000002000504'), lotus],
  ['1-2-3, release 2', worksheet('000002000604'), lotus],
  ['1-2-3, release 3', worksheet('00001a0000100400'), lotus],
  ['1-2-3, release 4', worksheet('00001a0002100400'), lotus],
  ['1-2-3, 97', worksheet('00001a0003100400'), lotus],
  ['1-2-3, Millennium', worksheet('00001a0005100400'), lotus],
  ['Quattro Pro 1', worksheet('000002002051'), quattro],
  ['Quattro Pro 5', worksheet('000002002151'), quattro],
  ['Quattro Pro 1 for Windows', worksheet('000002000110'), quattro],
  ['Quattro Pro 6 for Windows', worksheet('000002000210'), quattro],
  ['a worksheet of a version that is not known', worksheet('000002000104'), unknown],
  ['a worksheet that is cut off', worksheet('000002000604').subarray(0, 12), unknown],
];

describe('the type of a binary file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'filemill-binary-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const [what, content, type, extension = 'ico'] of cases)
    it(`is ${type} for ${what}`, async () => {
      const path = join(folder, 'file');
      await writeFile(path, content);
      const sample = { head: content.subarray(0, headBytes), size: content.length, extension };
      const typeAt = async (range?: ByteRange) => {
        await using blob = new LocalBlob({ path, range }, content.length);
        return (await identifyBinary({ ...sample, blob, filename: '' })).mime;
      };
      assert.equal(await typeAt(), type);
      // In the midst of a file that others share.
      await writeFile(path, Buffer.concat([junk, content, footer]));
      assert.equal(await typeAt({ offset: junk.length, length: content.length }), type);
    });
});

/** By the specification of version 2.0: types 1 and 9 with a colour map, 2 and 10 in true colour, 3 and 11 in grey. */
function targaImage({ type, id = '', width = 21, height = 13, depth = depthOf(type) }: TargaOptions): Buffer {
  const mapped = type % 8 === 1;
  const header = Buffer.alloc(18);
  header.writeUInt8(id.length, 0);
  header.writeUInt8(mapped ? 1 : 0, 1);
  header.writeUInt8(type, 2);
  if (mapped) header.writeUInt16LE(256, 5);
  if (mapped) header.writeUInt8(24, 7);
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt8(depth, 16);
  header.writeUInt8(depth === 32 ? 8 : 0, 17);
  const pixel = Buffer.alloc(Math.ceil(depth / 8), 'pixel');
  const pixels = type > 8 ? packed(pixel, width * height) : Buffer.alloc(pixel.length * width * height, pixel);
  return Buffer.concat([header, Buffer.from(id), Buffer.alloc(mapped ? 768 : 0, 9), pixels]);
}

interface TargaOptions {
  readonly type: number;
  readonly id?: string;
  readonly width?: number;
  readonly height?: number;
  readonly depth?: number;
}

function depthOf(type: number): number {
  return type % 8 === 2 ? 24 : 8;
}

/** A run of at most 128 pixels and as many that are not packed, in turns. */
function packed(pixel: Buffer, pixels: number): Buffer {
  const packets: Buffer[] = [];
  for (let left = pixels, run = true; left > 0; run = !run) {
    const count = Math.min(128, left);
    const content = run ? pixel : Buffer.concat(Array(count).fill(pixel));
    packets.push(Buffer.from([count - 1 + (run ? 0x80 : 0)]), content);
    left -= count;
  }
  return Buffer.concat(packets);
}

/** @param type 1 for icons, 2 for cursors; `gap` bytes lie between the directory and the images */
function icons(type: number, images: readonly Buffer[], gap = 0): Buffer {
  const directory = Buffer.alloc(6 + 16 * images.length);
  directory.writeUInt16LE(type, 2);
  directory.writeUInt16LE(images.length, 4);
  let offset = directory.length + gap;
  for (const [n, image] of images.entries()) {
    directory.writeUInt32LE(image.length, 6 + 16 * n + 8);
    directory.writeUInt32LE(offset, 6 + 16 * n + 12);
    offset += image.length;
  }
  return Buffer.concat([directory, Buffer.alloc(gap), ...images]);
}

function bitmap(header: number, length = 200): Buffer {
  const image = Buffer.alloc(length);
  image.writeUInt32LE(header);
  return image;
}

/** @param begin number, length and version of the first record */
function worksheet(begin: string): Buffer {
  const first = Buffer.alloc(4 + Buffer.from(begin, 'hex').readUInt16LE(2));
  first.write(begin, 'hex');
  // The range that is used, a cell with a number, and the end.
  return Buffer.concat([first, Buffer.from('06000800000000000100010001000100', 'hex'), Buffer.from('01000000', 'hex')]);
}
