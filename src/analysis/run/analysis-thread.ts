import { workerData } from 'node:worker_threads';
import type { AnalysisFile, OutputData } from '#domain/analysis.ts';
import type { BlobReader } from '#domain/blob-store.ts';
import { catalogue, FilemillError, type Reason } from '#domain/errors.ts';
import { volumeFault } from '#domain/volume-fault.ts';
import type * as Registry from '../registry.ts';
import { analyzeFile } from './pass.ts';
import { Progress } from './progress.ts';

/** The answer of a thread: plain data, because errors lose their class between threads. */
export type AnalysisOutcome =
  | { readonly output: OutputData }
  | { readonly failure: { readonly reason: Reason; readonly message: string } };

/** The settings of a thread. */
export interface ThreadSettings {
  /** The module that exports the `analyzers` of this thread. */
  readonly registryUrl: string;
  readonly blobs: BlobsModule | undefined;
}

/** The module whose `openBlobs(options)` makes the BlobReader for blobs without a local path. */
export interface BlobsModule {
  readonly url: string;
  /** Plain data. */
  readonly options: unknown;
}

/** A batch of files that a thread analyses one after the other. */
export interface HandOver {
  readonly files: readonly AnalysisFile[];
  /** Memory in which the thread records its current file. */
  readonly progress: SharedArrayBuffer;
}

const settings = workerData as ThreadSettings;
const { analyzers } = (await import(settings.registryUrl)) as typeof Registry;
const blobs = settings.blobs && (await openBlobs(settings.blobs));

async function openBlobs({ url, options }: BlobsModule): Promise<BlobReader> {
  const module = (await import(url)) as { openBlobs(options: unknown): BlobReader };
  return module.openBlobs(options);
}

/** The task of a thread; outcomes in the order of `files`. */
export default async function analyzeAll({ files, progress }: HandOver): Promise<AnalysisOutcome[]> {
  const mark = new Progress(progress);
  const outcomes: AnalysisOutcome[] = [];
  for (const [index, file] of files.entries()) {
    mark.begin(index);
    outcomes.push(await analyze(file, mark));
  }
  return outcomes;
}

async function analyze(file: AnalysisFile, progress: Progress): Promise<AnalysisOutcome> {
  try {
    return { output: await analyzeFile(file, analyzers, { blobs, progress }) };
  } catch (error) {
    return { failure: toFailure(error, 'path' in file ? file.path : undefined) };
  }
}

function toFailure(error: unknown, path: string | undefined): { reason: Reason; message: string } {
  const text = error instanceof Error ? error.message : String(error);
  // PostgreSQL stores neither NUL nor lone surrogates.
  const message = text.slice(0, maxMessageLength).toWellFormed().replaceAll('\0', '');
  if (error instanceof FilemillError) return { reason: error.reason, message };
  const { code, syscall, path: about } = (error ?? {}) as NodeJS.ErrnoException;
  const isOfBlob = (path !== undefined && about === path) || syscall === 'read';
  if (isOfBlob && code === 'ENOENT') return { reason: 'BLOB_MISSING', message: catalogue.BLOB_MISSING.what };
  const fault = isOfBlob ? volumeFault(error) : undefined;
  return fault ? { reason: 'BLOB_UNREADABLE', message: fault.message } : { reason: 'ANALYZER_ERROR', message };
}

const maxMessageLength = 2_000;
