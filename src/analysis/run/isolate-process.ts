import { Worker } from 'node:worker_threads';
import type { AnalysisFile, AnalysisOptions, FileContext, OutputData } from '#domain/analysis.ts';
import type * as Registry from '../registry.ts';
import { type BlobsModule, openBlobs } from './blobs-module.ts';
import { fileAnalyzers, type StepOutcome } from './complete.ts';
import { blobFailure, type Failure, storable, toFailure } from './failure.ts';
import { watchStates } from './isolate-watch.ts';
import { analyzeFile, prepareAll } from './pass.ts';
import { runStep } from './step.ts';

/** The settings of an isolate: JSON in its first argument. */
export interface IsolateSettings {
  /** The largest resident memory of the process in MiB, with Buffers and WASM memories. */
  readonly memoryMb: number;
  readonly registryUrl: string;
  readonly options: AnalysisOptions;
  readonly blobs?: BlobsModule | undefined;
  /** The folder of the files: the process may read there and in the program. Everywhere when absent. */
  readonly folder?: string | undefined;
}

/** The pass over a file or, with `step`, one of its file analysers. The next order follows after the answer. */
export interface IsolateOrder {
  readonly file: AnalysisFile;
  readonly step?: Pick<FileContext, 'core' | 'findings'> & { readonly analyzer: string };
}

export type IsolateAnswer =
  | { readonly output: OutputData }
  | { readonly step: StepOutcome }
  /** The bytes cannot be read, or the pass failed. */
  | { readonly failure: Failure }
  /** A file analyser failed: the process may have been left in disorder. */
  | { readonly defect: string };

/** `rss`: the resident memory in bytes. The first message of a process has no answer: it is ready. */
export interface IsolateMessage {
  readonly answer?: IsolateAnswer;
  readonly rss: number;
}

const settings = JSON.parse(process.argv[2] ?? '') as IsolateSettings;
// A thread looks after the memory and the parent, because the analysis may keep this one busy for long.
const watch = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
const watcher = new Worker(new URL('./isolate-watch.ts', import.meta.url), {
  workerData: { watch, memoryMb: settings.memoryMb, parent: process.ppid },
  resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8 },
});
watcher.on('error', (error) => {
  throw error;
});
const { registryOf } = (await import(settings.registryUrl)) as typeof Registry;
const analyzers = registryOf(settings.options);
await prepareAll(analyzers);
const blobs = settings.blobs && (await openBlobs(settings.blobs));
await import('@napi-rs/lzma');
// Native code is loaded and the watch runs. From here on, neither is allowed any more: a further thread could be given
// all permissions, and native code obeys none.
for (const permission of ['addon', 'worker']) process.permission.drop(permission);

process.on('message', (order: IsolateOrder) => void follow(order));
process.on('disconnect', () => process.exit());
tell();

async function follow(order: IsolateOrder): Promise<void> {
  if (Atomics.exchange(watch, 0, watchStates.busy) === watchStates.asleep) Atomics.notify(watch, 0);
  const answer = await outcomeOf(order);
  Atomics.store(watch, 0, watchStates.idle);
  tell(answer);
}

function tell(answer?: IsolateAnswer): void {
  process.send?.({ ...(answer && { answer }), rss: process.memoryUsage.rss() } satisfies IsolateMessage);
}

async function outcomeOf({ file, step }: IsolateOrder): Promise<IsolateAnswer> {
  const path = 'path' in file ? file.path : undefined;
  try {
    if (step === undefined) return { output: await analyzeFile(file, analyzers, { blobs }) };
    const { analyzer: name, ...known } = step;
    const analyzer = fileAnalyzers(analyzers).find((each) => each.name === name);
    if (analyzer === undefined) throw new Error(`There is no analyser "${name}"`);
    return { step: await runStep(file, analyzer, { filename: file.filename, ...known }, blobs) };
  } catch (error) {
    if (step === undefined) return { failure: toFailure(error, path) };
    const failure = blobFailure(error, path);
    return failure ? { failure } : { defect: storable(error) };
  }
}
