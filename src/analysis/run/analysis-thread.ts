import { workerData } from 'node:worker_threads';
import type { AnalysisFile, AnalysisOptions, OutputData } from '#domain/analysis.ts';
import type * as Registry from '../registry.ts';
import { type BlobsModule, openBlobs } from './blobs-module.ts';
import { type Failure, toFailure } from './failure.ts';
import { analyzeFile, prepareAll } from './pass.ts';
import { Progress } from './progress.ts';

/** The answer of a thread. */
export type AnalysisOutcome = { readonly output: OutputData } | { readonly failure: Failure };

/** The settings of a thread. */
export interface ThreadSettings {
  /** The module whose `registryOf(options)` makes the analysers of this thread. */
  readonly registryUrl: string;
  readonly options: AnalysisOptions;
  readonly blobs: BlobsModule | undefined;
}

/** A batch of files that a thread analyses one after the other. */
export interface HandOver {
  readonly files: readonly AnalysisFile[];
  /** Memory in which the thread records its current file. */
  readonly progress: SharedArrayBuffer;
}

const settings = workerData as ThreadSettings;
const { registryOf } = (await import(settings.registryUrl)) as typeof Registry;
const analyzers = registryOf(settings.options);
await prepareAll(analyzers);
const blobs = settings.blobs && (await openBlobs(settings.blobs));

/** The task of a thread; outcomes in the order of `files`. */
export default async function analyzeAll({ files, progress }: HandOver): Promise<AnalysisOutcome[]> {
  const mark = new Progress(progress);
  const outcomes: AnalysisOutcome[] = [];
  for (const [index, file] of files.entries()) {
    mark.begin(index);
    outcomes.push(await analyze(file));
  }
  return outcomes;
}

async function analyze(file: AnalysisFile): Promise<AnalysisOutcome> {
  try {
    return { output: await analyzeFile(file, analyzers, { blobs }) };
  } catch (error) {
    return { failure: toFailure(error, 'path' in file ? file.path : undefined) };
  }
}
