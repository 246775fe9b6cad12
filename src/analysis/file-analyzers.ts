import type { AnalysisOptions, FileAnalyzer } from '#domain/analysis.ts';
import { archive } from './analyzers/archive.ts';
import { documentAnalyzer } from './analyzers/document.ts';
import { image } from './analyzers/image.ts';
import { media } from './analyzers/media.ts';
import { plainTextAnalyzer } from './analyzers/plain-text.ts';

/**
 * Every file analyser. They load what reads the files when they need it, so that a process that only asks which of them accept
 * a file stays small.
 */
export function fileAnalyzersOf(options: AnalysisOptions): readonly FileAnalyzer[] {
  return [documentAnalyzer(options), archive, image, plainTextAnalyzer(options), media];
}
