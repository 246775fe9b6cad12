import type { BlobHandle } from '#domain/blob-store.ts';
import type { MediaFacts } from './facts.ts';

type ReadMedia = (blob: BlobHandle) => Promise<MediaFacts>;

const tracks: ReadMedia = async (blob) => (await import('./tracks.ts')).readTracks(blob);
const audio: ReadMedia = async (blob) => (await import('./audio-metadata.ts')).readAudio(blob);
const avi: ReadMedia = async (blob) => (await import('./avi.ts')).readAvi(blob);

const matroska: ReadMedia = async (blob) => (await import('./matroska.ts')).readMatroska(blob);

const readers: readonly (readonly [ReadMedia, ...(readonly string[])])[] = [
  [tracks, 'video/mp4', 'video/quicktime', 'video/x-m4v', 'video/3gpp', 'video/3gpp2', 'audio/mp4', 'audio/x-m4a'],
  [tracks, 'audio/ogg', 'audio/mpeg', 'audio/wav', 'audio/aac', 'video/mp2t'],
  [matroska, 'video/matroska', 'audio/matroska', 'video/webm', 'audio/webm'],
  // On damaged FLAC, mediabunny may search without an end; it does not know Theora.
  [audio, 'audio/flac', 'video/ogg'],
  [audio, 'audio/aiff', 'video/x-ms-asf', 'audio/x-ms-asf', 'audio/x-ms-wma', 'video/x-ms-wmv'],
  [audio, 'audio/wavpack', 'audio/ape', 'audio/x-musepack', 'audio/x-dsf', 'audio/x-dff'],
  [avi, 'video/vnd.avi'],
];

const byType = new Map(readers.flatMap(([reader, ...types]) => types.map((type) => [type, reader] as const)));

export function mediaReader(mime: string): ReadMedia | undefined {
  return byType.get(mime);
}
