import { exactly, type ImageHeader, type ReadHeader } from './header.ts';

const colors: readonly (ImageHeader['color'] | undefined)[] = [
  'gray',
  undefined,
  'rgb',
  'palette',
  'gray',
  undefined,
  'rgb',
];
/** The most chunks before the pixels that are looked through. */
const maxChunks = 1_000;

/** Source: "Portable Network Graphics", third edition (W3C), 11. */
export const png: ReadHeader = async (bytes) => {
  const head = await exactly(bytes, 0, 33);
  const type = head[25] as number;
  const color = colors[type];
  const { frames, isTransparent } = await chunks(bytes);
  return {
    width: head.readUInt32BE(16),
    height: head.readUInt32BE(20),
    bitDepth: head[24] as number,
    alpha: type >= 4 || isTransparent,
    ...(color !== undefined && { color }),
    ...(frames !== undefined && { frames }),
  };
};

/** What the chunks before the pixels say: the number of images of an animation, and whether a colour is transparent. */
async function chunks(
  bytes: Parameters<ReadHeader>[0],
): Promise<{ frames: number | undefined; isTransparent: boolean }> {
  let frames: number | undefined;
  let isTransparent = false;
  let at = 33;
  for (let left = maxChunks; left > 0; left--) {
    const chunk = await bytes.at(at, 12);
    if (chunk.length < 12) break;
    const name = chunk.toString('latin1', 4, 8);
    if (name === 'IDAT') break;
    if (name === 'acTL') frames = chunk.readUInt32BE(8);
    if (name === 'tRNS') isTransparent = true;
    at += 12 + chunk.readUInt32BE(0);
  }
  return { frames, isTransparent };
}
