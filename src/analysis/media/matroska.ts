import type { BlobHandle } from '#domain/blob-store.ts';
import { BlobBytes } from '../containers/blob-bytes.ts';
import { clusterId, type Element, elementsIn, floatIn, numberIn, segmentId, textIn } from './ebml.ts';
import type { MediaFacts, MediaStream } from './facts.ts';

/** Ids of elements. */
const infoId = 0x1549_a966;
const tracksId = 0x1654_ae6b;
const tagsId = 0x1254_c367;
const maxTracks = 100;
const maxTags = 1_000;

const types: Readonly<Record<number, string>> = { 1: 'video', 2: 'audio', 17: 'subtitle' };
const codecs: Readonly<Record<string, string>> = {
  'V_MPEG4/ISO/AVC': 'avc',
  'V_MPEGH/ISO/HEVC': 'hevc',
  V_VP8: 'vp8',
  V_VP9: 'vp9',
  V_AV1: 'av1',
  A_OPUS: 'opus',
  A_VORBIS: 'vorbis',
  A_AAC: 'aac',
  'A_MPEG/L3': 'mp3',
  A_FLAC: 'flac',
};

/**
 * Reads Matroska and WebM. Source: RFC 9559.
 *
 * The libraries that were tried either never end on a damaged file, or take no notice of the first timestamp.
 */
export async function readMatroska(blob: BlobHandle): Promise<MediaFacts> {
  const bytes = new BlobBytes(blob);
  const parts = await partsOf(bytes);
  const info =
    parts.info === undefined ? { scale: 1_000_000, duration: 0, title: '' } : await infoOf(bytes, parts.info);
  const streams: MediaStream[] = [];
  if (parts.tracks !== undefined)
    for await (const entry of elementsIn(bytes, parts.tracks.start, parts.tracks.end))
      if (entry.id === 0xae && streams.length < maxTracks) streams.push(await streamOf(bytes, entry));
  const tags = parts.tags === undefined ? {} : await tagsOf(bytes, parts.tags);
  const start = parts.first === undefined ? 0 : (await timesOf(bytes, parts.first)).first;
  const end = info.duration > 0 || parts.last === undefined ? info.duration : (await timesOf(bytes, parts.last)).last;
  return {
    container: 'Matroska',
    duration: ((end - Math.max(0, start)) * info.scale) / 1e9,
    streams,
    tags: { title: info.title || tags.TITLE, artist: tags.ARTIST, album: tags.ALBUM },
  };
}

interface Parts {
  info?: Element;
  tracks?: Element;
  tags?: Element;
  /** Clusters. */
  first?: Element;
  last?: Element;
}

async function partsOf(bytes: BlobBytes): Promise<Parts> {
  const parts: Parts = {};
  for await (const segment of elementsIn(bytes, 0, bytes.size)) {
    if (segment.id !== segmentId) continue;
    for await (const part of elementsIn(bytes, segment.start, segment.end)) {
      if (part.id === infoId) parts.info ??= part;
      if (part.id === tracksId) parts.tracks ??= part;
      if (part.id === tagsId) parts.tags ??= part;
      if (part.id !== clusterId) continue;
      parts.first ??= part;
      parts.last = part;
    }
    break;
  }
  return parts;
}

async function infoOf(bytes: BlobBytes, info: Element): Promise<{ scale: number; duration: number; title: string }> {
  let [scale, duration, title] = [1_000_000, 0, ''];
  for await (const field of elementsIn(bytes, info.start, info.end)) {
    if (field.id === 0x2a_d7b1) scale = await numberIn(bytes, field);
    if (field.id === 0x4489) duration = await floatIn(bytes, field);
    if (field.id === 0x7ba9) title = await textIn(bytes, field);
  }
  return { scale, duration, title };
}

async function streamOf(bytes: BlobBytes, entry: Element): Promise<MediaStream> {
  const numbers = new Map<number, number>();
  let codec = '';
  const read = async ({ start, end }: Element): Promise<void> => {
    for await (const field of elementsIn(bytes, start, end)) {
      if (field.id === 0xe0 || field.id === 0xe1) await readMedium(field);
      else if (field.id === 0x86) codec = await textIn(bytes, field);
      else numbers.set(field.id, await numberIn(bytes, field));
    }
  };
  const readMedium = async ({ start, end }: Element): Promise<void> => {
    for await (const field of elementsIn(bytes, start, end))
      numbers.set(field.id, await (field.id === 0xb5 ? floatIn : numberIn)(bytes, field));
  };
  await read(entry);
  const type = types[numbers.get(0x83) ?? 0] ?? 'other';
  const common = { type, codec: codecs[codec] ?? codec };
  if (type === 'audio') return { ...common, channels: numbers.get(0x9f) ?? 1, sampleRate: numbers.get(0xb5) ?? 8_000 };
  if (type !== 'video') return common;
  // A display unit other than 0 is not of pixels.
  const isInPixels = (numbers.get(0x54b2) ?? 0) === 0;
  const frameLength = numbers.get(0x23_e383);
  return {
    ...common,
    width: (isInPixels ? numbers.get(0x54b0) : undefined) ?? numbers.get(0xb0),
    height: (isInPixels ? numbers.get(0x54ba) : undefined) ?? numbers.get(0xba),
    framesPerSecond: frameLength === undefined ? undefined : 1e9 / frameLength,
  };
}

/** Timestamps of the blocks of a cluster, which are relative to its own. */
async function timesOf(bytes: BlobBytes, cluster: Element): Promise<{ first: number; last: number }> {
  let own = 0;
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  const add = async ({ start }: Element) => {
    const block = await bytes.at(start, 11);
    const numberLength = Math.clz32((block[0] ?? 0) << 24) + 1;
    if (numberLength + 2 > block.length) return;
    const time = own + block.readInt16BE(numberLength);
    [first, last] = [Math.min(first, time), Math.max(last, time)];
  };
  for await (const part of elementsIn(bytes, cluster.start, cluster.end)) {
    // What follows a cluster of unknown size.
    if (part.id === clusterId) break;
    if (part.id === 0xe7) own = await numberIn(bytes, part);
    if (part.id === 0xa3) await add(part);
    if (part.id !== 0xa0) continue;
    for await (const block of elementsIn(bytes, part.start, part.end)) if (block.id === 0xa1) await add(block);
  }
  return { first: Number.isFinite(first) ? first : own, last: Math.max(last, own) };
}

async function tagsOf(bytes: BlobBytes, tags: Element): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  let left = maxTags;
  for await (const tag of elementsIn(bytes, tags.start, tags.end))
    for await (const simple of elementsIn(bytes, tag.start, tag.end)) {
      if (simple.id !== 0x67c8 || --left < 0) continue;
      let [name, value] = ['', ''];
      for await (const field of elementsIn(bytes, simple.start, simple.end)) {
        if (field.id === 0x45a3) name = (await textIn(bytes, field)).toUpperCase();
        if (field.id === 0x4487) value = await textIn(bytes, field);
      }
      found[name] ??= value;
    }
  return found;
}
