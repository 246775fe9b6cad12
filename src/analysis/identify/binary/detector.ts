import type { Confidence, DetectedBy } from '#domain/analysis.ts';
import type { BinarySample } from './binary-sample.ts';

/** Recognises one format, or formats that begin alike. */
export interface Detector {
  /** What a file must have at `offset` for `detect` to be asked; nothing if it looks for itself. */
  readonly magic: Buffer;
  readonly offset: number;
  readonly detectedBy: DetectedBy;
  readonly confidence: Confidence;
  detect(sample: BinarySample): Answer | Promise<Answer>;
}

/** A MIME type; undefined if the file is of another format. */
export type Answer = string | undefined;

/** One character per byte, and where they are unless at the beginning. */
export type Magic = string | readonly [magic: string, offset: number];

/** A format that its signature alone identifies. */
export function signature(mime: string, ...magics: readonly Magic[]): Detector[] {
  return magics.map((magic) => ({
    ...placed(magic),
    detectedBy: 'signature',
    confidence: 'certain',
    detect: () => mime,
  }));
}

/** A format whose signature needs a further condition, because other files may have it too. */
export function when(
  mime: string,
  magics: Magic | readonly Magic[],
  condition: (sample: BinarySample) => boolean | Promise<boolean>,
): Detector[] {
  return among(magics, async (sample) => ((await condition(sample)) ? mime : undefined));
}

/** Formats with the same beginning. */
export function among(
  magics: Magic | readonly Magic[],
  detect: Detector['detect'],
  { detectedBy = 'structure', confidence = 'certain' }: Partial<Pick<Detector, 'detectedBy' | 'confidence'>> = {},
): Detector[] {
  return listed(magics).map((magic) => ({ ...placed(magic), detectedBy, confidence, detect }));
}

function listed(magics: Magic | readonly Magic[]): readonly Magic[] {
  const isOne = typeof magics === 'string' || typeof magics[1] === 'number';
  return isOne ? [magics as Magic] : (magics as readonly Magic[]);
}

function placed(magic: Magic): Pick<Detector, 'magic' | 'offset'> {
  const [bytes, offset] = typeof magic === 'string' ? [magic, 0] : magic;
  return { magic: Buffer.from(bytes, 'latin1'), offset };
}
