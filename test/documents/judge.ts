import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyzers } from '#analysis/registry.ts';
import { complete, fileAnalyzers } from '#analysis/run/complete.ts';
import { analyzeFile } from '#analysis/run/pass.ts';
import { runStep } from '#analysis/run/step.ts';
import type { OutputData } from '#domain/analysis.ts';

/** What is right about a file of the made set: a line of expected.ndjson. */
export interface Expected {
  /** The path below `files`. */
  readonly file: string;
  readonly mime_type: string;
  readonly words: number | null;
  readonly word_count_of: 'text' | 'document' | null;
  /** Its content tells its type: the name may be gone. */
  readonly nameless: boolean;
  readonly charset?: string;
  /** Names that are as right. */
  readonly charset_any?: readonly string[];
  readonly language?: string;
  readonly encrypted?: true;
  /** The reader must refuse it so. */
  readonly error?: string;
  /** The name must be found to contradict the content. */
  readonly mismatch?: true;
  /** Words that other tools count. */
  readonly oracles?: Readonly<Record<string, number>>;
  /** Why a tool that counts otherwise is wrong by the definition. */
  readonly why?: Readonly<Record<string, string>>;
}

const folder = new URL('./', import.meta.url);

export const expectations: readonly Expected[] = readFileSync(new URL('expected.ndjson', folder), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Expected);

export function pathOf(file: string): string {
  return fileURLToPath(new URL(`files/${file}`, folder));
}

/** The whole analysis in this thread. */
export async function analyze(path: string, filename: string): Promise<OutputData> {
  const file = { path, filename, size: statSync(path).size };
  const output = await analyzeFile(file, analyzers);
  return await complete(output, filename, fileAnalyzers(analyzers), (analyzer, context) =>
    runStep(file, analyzer, context),
  );
}

/** What is wrong with the analysis of a file, with its name and, if the content is to suffice, without. */
export async function judge(expected: Expected): Promise<readonly string[]> {
  const path = pathOf(expected.file);
  const output = await analyze(path, basename(expected.file));
  const wrong = [...wrongType(expected, output), ...wrongWords(expected, output)];
  if (!expected.nameless) return wrong;
  const nameless = wrongType(expected, await analyze(path, 'file'));
  return [...wrong, ...nameless.map((line) => `without its name: ${line}`)];
}

function wrongType({ mime_type, charset, charset_any }: Expected, output: OutputData): readonly string[] {
  const wrong = output.mime_type === mime_type ? [] : [`type ${output.mime_type}, not ${mime_type}`];
  if (charset !== undefined && ![charset, ...(charset_any ?? [])].includes(output.charset ?? ''))
    wrong.push(`charset ${output.charset}, not ${charset}`);
  return wrong;
}

function wrongWords(expected: Expected, output: OutputData): readonly string[] {
  const { text } = (output.findings ?? {}) as {
    text?: { encrypted?: true; language?: string; error?: { code: string } };
  };
  const differs = (what: string, is: unknown, right: unknown) => (is === right ? [] : [`${what} ${is}, not ${right}`]);
  return [
    ...(areRight(expected, output.word_count) ? [] : [`${output.word_count} words, not ${expected.words}`]),
    ...differs('word_count_of', output.word_count_of, expected.word_count_of),
    ...differs('encrypted', text?.encrypted, expected.encrypted),
    ...differs('error', text?.error?.code, expected.error),
    ...differs('extension_mismatch', output.extension_mismatch, expected.mismatch ?? false),
    ...(expected.language === undefined || text?.language === undefined
      ? []
      : differs('language', text.language, expected.language)),
  ];
}

/** Texts are counted exactly; documents within 2 %, or one word. */
export function areRight({ words, word_count_of }: Expected, found: number | null): boolean {
  if (words === null || found === null) return words === found;
  return Math.abs(found - words) <= (word_count_of === 'document' ? Math.max(1, words * 0.02) : 0);
}
