import type { BlobBytes } from '../containers/blob-bytes.ts';
import { type Box, boxesIn, findBox } from './boxes.ts';
import { damaged, exactly, type ReadHeader } from './header.ts';

const maxAssociations = 2 ** 20;

/**
 * HEIF and AVIF: the size, the crop and the depth of the primary image, as it is before it is turned.
 *
 * Source: ISO/IEC 23008-12, 6.5; ISO/IEC 14496-12, 8.11.
 */
export const heif: ReadHeader = async (bytes) => {
  const whole = { start: 0, end: bytes.size };
  const [list, primary, associations] = await Promise.all([
    findBox(bytes, ['meta', 'iprp', 'ipco'], whole),
    findBox(bytes, ['meta', 'pitm'], whole),
    findBox(bytes, ['meta', 'iprp', 'ipma'], whole),
  ]);
  if (list === undefined || primary === undefined || associations === undefined) throw damaged();
  const properties: Box[] = [];
  for await (const box of boxesIn(bytes, list.start, list.end)) properties.push(box);
  let [size, bitDepth]: [{ width: number; height: number } | undefined, number | undefined] = [undefined, undefined];
  for (const index of await indicesOf(bytes, await itemOf(bytes, primary), associations)) {
    const { name, start } = properties[index - 1] ?? { name: '', start: 0 };
    if (name === 'ispe') size = sizeOf(await exactly(bytes, start + 4, 8));
    if (name === 'clap' && size !== undefined) size = cropped(size, await exactly(bytes, start, 16));
    if (name === 'pixi') bitDepth = (await exactly(bytes, start, 6))[5];
  }
  if (size === undefined) throw damaged();
  return { ...size, ...(bitDepth !== undefined && { bitDepth }) };
};

async function itemOf(bytes: BlobBytes, { start }: Box): Promise<number> {
  const fields = await exactly(bytes, start, 8);
  return fields[0] === 0 ? fields.readUInt16BE(4) : fields.readUInt32BE(4);
}

/** The properties of an item: places in the list, from 1 on. */
async function indicesOf(bytes: BlobBytes, item: number, { start, end }: Box): Promise<readonly number[]> {
  const fields = await bytes.at(start, Math.min(end - start, maxAssociations));
  if (fields.length < 8) throw damaged();
  const idLength = fields[0] === 0 ? 2 : 4;
  const indexLength = ((fields[3] as number) & 1) !== 0 ? 2 : 1;
  for (let at = 8; at + idLength < fields.length; ) {
    const count = fields[at + idLength] as number;
    const first = at + idLength + 1;
    const next = first + count * indexLength;
    if (next > fields.length) break;
    if (fields.readUIntBE(at, idLength) === item)
      return Array.from({ length: count }, (_, n) => indexAt(fields, first + n * indexLength, indexLength));
    at = next;
  }
  throw damaged();
}

/** The first bit says that the property is essential. */
function indexAt(fields: Buffer, at: number, length: number): number {
  return fields.readUIntBE(at, length) & (length === 2 ? 0x7fff : 0x7f);
}

function sizeOf(fields: Buffer) {
  return { width: fields.readUInt32BE(0), height: fields.readUInt32BE(4) };
}

/** The part that is shown: width and height are fractions. */
function cropped({ width, height }: { width: number; height: number }, crop: Buffer) {
  const across = Math.floor(crop.readUInt32BE(0) / crop.readUInt32BE(4));
  const down = Math.floor(crop.readUInt32BE(8) / crop.readUInt32BE(12));
  const isWithin = across > 0 && across <= width && down > 0 && down <= height;
  return isWithin ? { width: across, height: down } : { width, height };
}
