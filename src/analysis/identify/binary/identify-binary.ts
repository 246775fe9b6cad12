import { isPrintable } from '../../content/controls.ts';
import { entryOf } from '../entry-of.ts';
import type { Found } from '../found.ts';
import { identifyTextWithBinary } from '../text/text-with-binary.ts';
import { archives, diskImages, unsignedArchives } from './archives.ts';
import { audio, audioFrames } from './audio.ts';
import type { BinarySample } from './binary-sample.ts';
import { certificates } from './certificates.ts';
import { compoundFiles, vagueTypes } from './compound-files.ts';
import { compression } from './compression.ts';
import { databases, memos } from './databases.ts';
import type { Detector } from './detector.ts';
import { DetectorIndex } from './detector-index.ts';
import { documents } from './documents.ts';
import { drawings, unsignedDrawings } from './drawings.ts';
import { executables } from './executables.ts';
import { fonts } from './fonts.ts';
import { icons } from './icons.ts';
import { images, unsignedImages } from './images.ts';
import { byLibmagic } from './libmagic.ts';
import { markedTexts } from './marked-texts.ts';
import { mediaContainers } from './media-containers.ts';
import { openPgp } from './openpgp.ts';
import { science } from './science.ts';
import { systems } from './systems.ts';
import { targaImages } from './targa.ts';
import { tiffImages } from './tiff.ts';
import { transportStreams, video } from './video.ts';
import { worksheets } from './worksheets.ts';
import { zipArchives } from './zip-archives.ts';

const unknown: Found = { mime: 'application/octet-stream', detectedBy: 'none', confidence: 'none' };

/** All that is known, the surest first: signatures, then structures without one. */
export const detectors: readonly Detector[] = [
  ...images,
  ...documents,
  ...zipArchives,
  ...compoundFiles,
  ...compression,
  ...tiffImages,
  ...mediaContainers,
  ...audio,
  ...video,
  ...archives,
  ...certificates,
  ...science,
  ...databases,
  ...drawings,
  ...fonts,
  ...icons,
  ...worksheets,
  ...executables,
  ...systems,
  ...markedTexts,
  ...diskImages,
  ...unsignedArchives,
  ...memos,
  ...unsignedImages,
  ...openPgp,
  ...unsignedDrawings,
  ...targaImages,
  ...transportStreams,
  ...audioFrames,
];

const index = new DetectorIndex(detectors);

/** The type of a file that is not text, by the first layer that knows it. */
export async function identifyBinary(sample: BinarySample): Promise<Found> {
  // Text with a stray NUL may begin with "BM" or "ORC": so short a signature proves nothing there.
  const isProse = isPrintable(sample.head.subarray(0, 4_096));
  const found = await byDetectors(sample, isProse);
  if (found !== undefined) return found;
  const text = identifyTextWithBinary(sample.head, sample.filename, sample.extension);
  if (text !== undefined || isProse) return text ?? unknown;
  return (await byLibmagic(sample)) ?? byExtension(entryOf(unsigned, sample.extension)) ?? unknown;
}

async function byDetectors(sample: BinarySample, isProse: boolean): Promise<Found | undefined> {
  for (const detector of index.matching(sample)) {
    if (isProse && isShort(detector)) continue;
    const answer = detector.detect(sample);
    const mime = answer instanceof Promise ? await answer : answer;
    if (mime !== undefined)
      return byExtension(entryOf(vagueTypes[mime] ?? {}, sample.extension)) ?? found(mime, detector);
  }
  return undefined;
}

function found(mime: string, { detectedBy, confidence }: Detector): Found {
  return { mime, detectedBy, confidence };
}

function isShort({ magic, detectedBy }: Detector): boolean {
  return detectedBy === 'signature' && magic.length < 5;
}

/** Formats without signature or structure. Nothing but the name tells them. */
const unsigned: Readonly<Record<string, string>> = {
  br: 'application/x-brotli',
  brotli: 'application/x-brotli',
  myd: 'application/x-mysql-misam-data',
  dbt: 'application/x-dbt',
  fpt: 'application/x-fpt',
  gsm: 'audio/x-gsm',
  g722: 'audio/g722',
};

function byExtension(mime: string | undefined): Found | undefined {
  return mime === undefined ? undefined : { mime, detectedBy: 'extension', confidence: 'possible' };
}
