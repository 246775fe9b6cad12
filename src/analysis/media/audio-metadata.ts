import type { IAudioMetadata, ITrackInfo } from 'music-metadata';
import type { BlobHandle } from '#domain/blob-store.ts';
import type { MediaFacts, MediaStream, MediaTags } from './facts.ts';

/** Reads AIFF, ASF, WavPack, Monkey's Audio, Musepack, DSF and DSDIFF, with music-metadata. */
export async function readAudio(blob: BlobHandle): Promise<MediaFacts> {
  const { format, common } = await parse(blob, true);
  const { trackInfo = [], container = '', duration, codec, numberOfChannels, sampleRate } = format;
  const only: MediaStream = { type: 'audio', codec, channels: numberOfChannels, sampleRate };
  const streams = trackInfo.length > 1 ? trackInfo.map(streamOf) : [only];
  return { container, duration, streams, tags: tagsOf(common) };
}

/** The tags alone. */
export async function readTags(blob: BlobHandle): Promise<MediaTags> {
  return tagsOf((await parse(blob, false)).common);
}

/** @param duration whether the whole file is read if its duration is not in a header */
async function parse(blob: BlobHandle, duration: boolean): Promise<IAudioMetadata> {
  const { parseBlob } = await import('music-metadata');
  return await parseBlob(lazyBlob(blob), { duration, skipCovers: true });
}

/** The part of a Blob that the library uses, which reads lazily. */
function lazyBlob(blob: BlobHandle): Blob {
  const slice = (from: number, until: number) => ({
    async arrayBuffer() {
      const bytes = new Uint8Array(Math.max(0, Math.min(until, blob.size) - from));
      return bytes.buffer.slice(0, await blob.read(from, bytes));
    },
  });
  return { size: blob.size, type: '', slice } as unknown as Blob;
}

function streamOf({ type, codecName, audio, video }: ITrackInfo): MediaStream {
  return {
    type: type === 1 ? 'video' : type === 2 ? 'audio' : 'other',
    codec: codecName,
    channels: audio?.channels,
    sampleRate: audio?.samplingFrequency,
    width: video?.pixelWidth,
    height: video?.pixelHeight,
  };
}

function tagsOf({ title, artist, album }: IAudioMetadata['common']): MediaTags {
  return { title, artist, album };
}
