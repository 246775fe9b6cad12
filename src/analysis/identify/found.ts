import type { Candidate, Confidence, DetectedBy } from '#domain/analysis.ts';

/** The answer of a layer. */
export interface Found {
  readonly mime: string;
  readonly detectedBy: DetectedBy;
  readonly confidence: Confidence;
  /** Other types that the content allows, the best first. */
  readonly candidates?: readonly Candidate[];
}
