import type { ITrackInfo } from 'music-metadata';
import type { BlobHandle } from '#domain/blob-store.ts';
import type { MediaFacts, MediaStream } from './facts.ts';

/** Reads AIFF, ASF, WavPack, Monkey's Audio, Musepack, DSF and DSDIFF, with music-metadata. */
export async function readAudio(blob: BlobHandle): Promise<MediaFacts> {
  const { parseBlob } = await import('music-metadata');
  const { format, common } = await parseBlob(lazyBlob(blob), { duration: true, skipCovers: true });
  const { trackInfo = [], container = '', duration, codec, numberOfChannels, sampleRate } = format;
  const only: MediaStream = { type: 'audio', codec, channels: numberOfChannels, sampleRate };
  const streams = trackInfo.length > 1 ? trackInfo.map(streamOf) : [only];
  const { title, artist, album } = common;
  return { container, duration, streams, tags: { title, artist, album } };
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
