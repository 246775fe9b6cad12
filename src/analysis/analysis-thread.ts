import { workerData } from 'node:worker_threads';
import type { AnalysisFile, OutputData } from '#domain/analysis.ts';
import type { Reason } from '#domain/errors.ts';
import { analyzeFile } from './pass.ts';
import type * as Registry from './registry.ts';

/** What a thread answers: plain data, as errors lose their class between threads. */
export type AnalysisOutcome =
  | { readonly output: OutputData }
  | { readonly failure: { readonly reason: Reason; readonly message: string } };

/** What a thread is started with. */
export interface ThreadSettings {
  /** The module whose `analyzers` this thread runs. */
  readonly registryUrl: string;
}

const { registryUrl } = workerData as ThreadSettings;
const { analyzers } = (await import(registryUrl)) as typeof Registry;

/** The task of the pool's threads: one file at a time. */
export default async function analyze(file: AnalysisFile): Promise<AnalysisOutcome> {
  try {
    return { output: await analyzeFile(file, analyzers) };
  } catch (error) {
    return { failure: toFailure(error, file.path) };
  }
}

function toFailure(error: unknown, path: string): { reason: Reason; message: string } {
  const text = error instanceof Error ? error.message : String(error);
  // PostgreSQL keeps neither NUL nor lone surrogates.
  const message = text.slice(0, maxMessageLength).toWellFormed().replaceAll('\0', '');
  const { code, path: about } = (error ?? {}) as NodeJS.ErrnoException;
  return { reason: code === 'ENOENT' && about === path ? 'BLOB_MISSING' : 'ANALYZER_ERROR', message };
}

const maxMessageLength = 2_000;
