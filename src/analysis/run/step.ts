import { statSync } from 'node:fs';
import { type AnalysisFile, type FileAnalyzer, type FileContext, UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle, BlobReader } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import { LocalBlob } from '#platform/local-blob.ts';
import type { StepOutcome } from './complete.ts';
import { compressText } from './kept-text.ts';

/**
 * Runs a file analyser in this thread.
 *
 * @throws the error of the analyser other than UnreadableFile, the error of the file system or of the store, or Error when
 *   the findings do not fit their schema
 */
export async function runStep(
  file: AnalysisFile,
  { name, schema, analyze }: FileAnalyzer,
  context: FileContext,
  blobs?: BlobReader,
): Promise<StepOutcome> {
  await using blob = await openBlob(file, blobs);
  try {
    const { findings, core, text } = await analyze(blob, context);
    const kept = text && (await compressText(text));
    const all = { ...findings, ...(kept && { kept_characters: kept.characters }) };
    return { findings: checked(name, schema, all), core, ...(kept && { text: kept }) };
  } catch (error) {
    if (error instanceof UnreadableFile) return { error: { code: error.code, message: error.message } };
    throw error;
  }
}

/** @param blobs opens blobs without a local path */
export async function openBlob(file: AnalysisFile, blobs: BlobReader | undefined): Promise<BlobHandle> {
  if ('path' in file) return new LocalBlob(file, file.range?.length ?? statSync(file.path).size);
  if (blobs === undefined) throw new FilemillError('INTERNAL', 'The analysis has no store to read from.');
  return await blobs.open(file.storageKey);
}

function checked(name: string, schema: FileAnalyzer['schema'], found: unknown) {
  try {
    return schema.parse(found);
  } catch (cause) {
    throw new Error(`The findings of the analyser "${name}" do not fit its schema: ${(cause as Error).message}`, {
      cause,
    });
  }
}
