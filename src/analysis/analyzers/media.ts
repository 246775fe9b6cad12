import { z } from 'zod';
import { type FileAnalyzer, type FileContext, type FileFindings, UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { bounded } from '../content/bounded.ts';
import type { MediaFacts, MediaStream } from '../media/facts.ts';
import { mediaReader } from '../media/readers.ts';

const maxText = 1_000;
const maxName = 100;
const maxStreams = 32;
const text = z.string().max(maxText).exactOptional();
const amount = z.number().positive().exactOptional();

/** Duration, streams and tags of audio and video: docs/analysis.md has the definitions. */
export const media: FileAnalyzer = {
  name: 'media',
  version: '1',
  needs: ['mime'],
  finds: 'media',
  accepts: ({ mime_type }) => mediaReader(mime_type) !== undefined,
  schema: z.object({
    container: z.string().max(maxName),
    duration: amount,
    bitrate: amount,
    streams: z.array(
      z.object({
        type: z.string().max(maxName),
        codec: z.string().max(maxName).exactOptional(),
        channels: amount,
        sample_rate: amount,
        width: amount,
        height: amount,
        fps: amount,
      }),
    ),
    title: text,
    artist: text,
    album: text,
  }),
  analyze,
};

async function analyze(blob: BlobHandle, { core: { mime_type: mime } }: FileContext): Promise<FileFindings> {
  const read = mediaReader(mime);
  if (read === undefined) throw new UnreadableFile('unsupported', `There is no reader for ${mime}.`);
  return { findings: findingsOf(await factsOf(() => read(blob)), blob.size) };
}

/** The libraries throw errors of all kinds on files that they cannot read. */
async function factsOf(read: () => Promise<MediaFacts>): Promise<MediaFacts> {
  try {
    const facts = await read();
    if (facts.streams.length === 0) throw new Error('The file has no streams.');
    return facts;
  } catch (cause) {
    if (cause instanceof UnreadableFile) throw cause;
    throw new UnreadableFile('damaged', 'The audio or video is damaged or cut off.', { cause });
  }
}

function findingsOf({ container, duration = 0, streams, tags }: MediaFacts, size: number): object {
  const isKnown = duration > 0;
  return known({
    container: bounded(container, maxName),
    duration: rounded(duration),
    bitrate: isKnown ? rounded(Math.round((size * 8) / duration)) : undefined,
    streams: streams.slice(0, maxStreams).map(streamFindings),
    title: shortText(tags.title),
    artist: shortText(tags.artist),
    album: shortText(tags.album),
  });
}

function streamFindings({ type, codec, channels, sampleRate, width, height, framesPerSecond }: MediaStream): object {
  return known({
    type: bounded(type, maxName),
    codec: codec === undefined ? undefined : bounded(codec, maxName),
    channels: rounded(channels),
    sample_rate: rounded(sampleRate),
    width: rounded(width),
    height: rounded(height),
    fps: rounded(framesPerSecond),
  });
}

/** To three decimals; undefined when it is not a number above zero. */
function rounded(value: number | undefined): number | undefined {
  const number = Math.round((value ?? 0) * 1_000) / 1_000;
  return Number.isFinite(number) && number > 0 ? number : undefined;
}

function shortText(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : bounded(value.trim(), maxText);
}

function known(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
