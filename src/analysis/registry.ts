import { type AnalysisOptions, type Analyzer, leastOptions } from '#domain/analysis.ts';
import { entropy } from './analyzers/entropy.ts';
import { hashesAnalyzer } from './analyzers/hashes.ts';
import { mime } from './analyzers/mime.ts';
import { sha256 } from './analyzers/sha256.ts';
import { size } from './analyzers/size.ts';
import { text } from './analyzers/text.ts';
import { fileAnalyzersOf } from './file-analyzers.ts';

/** The analysers that every result needs. */
const required = [text, mime, sha256, size].map((analyzer) => analyzer.name);

/**
 * Checks that no analyser is missing or repeated, and orders each behind those that it needs. Stream analysers run before file
 * analysers, and so may not need one of these.
 *
 * @returns the analysers in the order in which they finish
 * @throws Error that names the analyser; the service must not start
 */
export function checkedRegistry(analyzers: readonly Analyzer[]): readonly Analyzer[] {
  const names = analyzers.map((analyzer) => analyzer.name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`The analyser "${repeated}" is registered twice`);
  const missing = required.find((name) => !names.includes(name));
  if (missing !== undefined) throw new Error(`The analyser "${missing}" is missing from the registry`);
  const streams = inOrder(
    analyzers.filter((analyzer) => 'start' in analyzer),
    [],
  );
  return inOrder(
    analyzers.filter((analyzer) => 'analyze' in analyzer),
    streams,
  );
}

/** `before`, followed by the others, each behind those that it needs. */
function inOrder(analyzers: readonly Analyzer[], before: readonly Analyzer[]): readonly Analyzer[] {
  const ordered = [...before];
  const waiting = new Set(analyzers);
  const lacking = ({ needs }: Analyzer) => needs.find((need) => !ordered.some(({ name }) => name === need));
  while (waiting.size > 0) {
    const next = [...waiting].find((analyzer) => lacking(analyzer) === undefined);
    if (next === undefined) {
      const [stuck] = waiting as unknown as [Analyzer];
      throw new Error(`The analyser "${stuck.name}" needs "${lacking(stuck)}", which cannot come before it`);
    }
    waiting.delete(next);
    ordered.push(next);
  }
  return ordered;
}

/** Every analyser, in order. */
export function registryOf(options: AnalysisOptions): readonly Analyzer[] {
  return checkedRegistry([
    text,
    mime,
    sha256,
    size,
    entropy,
    ...(options.hashes.length > 0 ? [hashesAnalyzer(options.hashes)] : []),
    ...fileAnalyzersOf(options),
  ]);
}

/** Those of a worker whose settings ask for nothing more. */
export const analyzers = registryOf(leastOptions);
