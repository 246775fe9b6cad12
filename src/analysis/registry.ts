import type { Analyzer } from '#domain/analysis.ts';
import { mime } from './analyzers/mime.ts';
import { sha256 } from './analyzers/sha256.ts';
import { size } from './analyzers/size.ts';
import { text } from './analyzers/text.ts';

/** What a result cannot do without. */
const required = [text, mime, sha256, size].map((analyzer) => analyzer.name);

/**
 * Checks a list of analysers: none missing, none twice. Their order is the order of `finish`: `mime`
 * builds on what `text` found.
 *
 * @throws Error naming the analyser; a service that meets it must not start
 */
export function checkedRegistry(analyzers: readonly Analyzer[]): readonly Analyzer[] {
  const names = analyzers.map((analyzer) => analyzer.name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`The analyser "${repeated}" is registered twice`);
  const missing = required.find((name) => !names.includes(name));
  if (missing !== undefined) throw new Error(`The analyser "${missing}" is missing from the registry`);
  if (names.indexOf('text') > names.indexOf('mime')) throw new Error('The analyser "text" must come before "mime"');
  return analyzers;
}

/** Every analyser, in order. */
export const analyzers = checkedRegistry([text, mime, sha256, size]);
