import type { CustomSource, InputTrack } from 'mediabunny';
import type { BlobHandle } from '#domain/blob-store.ts';
import type { MediaFacts, MediaStream } from './facts.ts';

/** Packets from which the rate of frames is computed. */
const packetsForRate = 250;

/** Reads MPEG-4, Ogg, MP3, WAVE, ADTS and transport streams, with mediabunny. */
export async function readTracks(blob: BlobHandle): Promise<MediaFacts> {
  const { ALL_FORMATS, CustomSource, Input, Logging, LogLevel } = await import('mediabunny');
  Logging.level = LogLevel.Silent;
  using input = new Input({ formats: ALL_FORMATS, source: sourceOf(blob, CustomSource) });
  const tracks = await input.getTracks();
  // Timestamps may begin anywhere. Those below zero are not played.
  const start = Math.max(0, await input.getFirstTimestamp());
  const { title, artist, album } = await input.getMetadataTags();
  return {
    container: (await input.getFormat()).name,
    duration: (await input.computeDuration()) - start,
    streams: await Promise.all(tracks.map(streamOf)),
    tags: { title, artist, album },
  };
}

function sourceOf(blob: BlobHandle, Source: typeof CustomSource): CustomSource {
  return new Source({
    getSize: () => blob.size,
    prefetchProfile: 'fileSystem',
    read: async (start, end) => {
      const bytes = new Uint8Array(end - start);
      return bytes.subarray(0, await blob.read(start, bytes));
    },
  });
}

async function streamOf(track: InputTrack): Promise<MediaStream> {
  const codec = (await track.getCodec()) ?? codecName(await track.getInternalCodecId());
  const common = { type: track.type, codec };
  if (track.isAudioTrack())
    return { ...common, channels: await track.getNumberOfChannels(), sampleRate: await track.getSampleRate() };
  if (!track.isVideoTrack()) return common;
  const { averagePacketRate } = await track.computePacketStats(packetsForRate);
  const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
  return { ...common, width, height, framesPerSecond: averagePacketRate };
}

/** The name in the file, of a codec that the library does not know. */
function codecName(id: unknown): string | undefined {
  return typeof id === 'string' ? id : undefined;
}
