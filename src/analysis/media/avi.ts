import { UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { BlobBytes } from '../containers/blob-bytes.ts';
import type { MediaFacts, MediaStream } from './facts.ts';

const maxChunks = 1_000;
/** Names of codecs by the numbers of WAVE formats. */
const audioCodecs: Readonly<Record<number, string>> = { 1: 'pcm', 80: 'mp2', 85: 'mp3', 255: 'aac', 8192: 'ac3' };

interface Chunk {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The headers of an AVI file: RIFF chunks. Source: "AVI RIFF File Reference" (Microsoft). */
export async function readAvi(blob: BlobHandle): Promise<MediaFacts> {
  const bytes = new BlobBytes(blob);
  const streams: (MediaStream & { readonly duration: number })[] = [];
  const tags: Record<string, string> = {};
  for await (const list of chunksIn(bytes, 12, blob.size)) {
    if (list.name === 'hdrl')
      for await (const chunk of chunksIn(bytes, list.start, list.end))
        if (chunk.name === 'strl') streams.push(await streamAt(bytes, chunk));
    if (list.name === 'INFO')
      for await (const { name, start, end } of chunksIn(bytes, list.start, list.end))
        tags[name] = (await bytes.at(start, Math.min(end - start, 1_000))).toString().replace(/\0.*$/s, '');
  }
  return {
    container: 'AVI',
    duration: Math.max(0, ...streams.map(({ duration }) => duration)),
    streams,
    tags: { title: tags.INAM, artist: tags.IART, album: tags.IPRD },
  };
}

/** Chunks with their names; lists with the names of their kinds. */
async function* chunksIn(bytes: BlobBytes, from: number, until: number): AsyncGenerator<Chunk> {
  let at = from;
  for (let left = maxChunks; left > 0 && at + 8 <= until; left--) {
    const head = await bytes.at(at, 12);
    if (head.length < 8) return;
    const isList = head.toString('latin1', 0, 4) === 'LIST' && head.length === 12;
    const length = head.readUInt32LE(4);
    const end = Math.min(at + 8 + length, until);
    yield { name: head.toString('latin1', isList ? 8 : 0, isList ? 12 : 4), start: at + (isList ? 12 : 8), end };
    at += 8 + length + (length % 2);
  }
}

async function streamAt(bytes: BlobBytes, list: Chunk): Promise<MediaStream & { duration: number }> {
  const found = new Map<string, Buffer>();
  for await (const { name, start, end } of chunksIn(bytes, list.start, list.end))
    found.set(name, await bytes.at(start, Math.min(end - start, 64)));
  const [header, format] = [found.get('strh'), found.get('strf')];
  if (header === undefined || header.length < 36 || format === undefined || format.length < 16)
    throw new UnreadableFile('damaged', 'The header of a stream is damaged or cut off.');
  const type = header.toString('latin1', 0, 4);
  const [scale, rate, length] = [header.readUInt32LE(20), header.readUInt32LE(24), header.readUInt32LE(32)];
  const perSecond = scale > 0 ? rate / scale : 0;
  const duration = perSecond > 0 ? length / perSecond : 0;
  if (type === 'auds') {
    const codec = audioCodecs[format.readUInt16LE(0)] ?? `0x${format.readUInt16LE(0).toString(16)}`;
    return { type: 'audio', codec, channels: format.readUInt16LE(2), sampleRate: format.readUInt32LE(4), duration };
  }
  if (type !== 'vids') return { type: 'other', codec: undefined, duration };
  return {
    type: 'video',
    codec: format.toString('latin1', 16, 20).trim(),
    width: format.readInt32LE(4),
    height: Math.abs(format.readInt32LE(8)),
    framesPerSecond: perSecond,
    duration,
  };
}
