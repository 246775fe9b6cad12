import { Worker } from 'node:worker_threads';
import type { AnalysisFile, AnalysisOptions, FileContext, OutputData } from '#domain/analysis.ts';
import type * as Registry from '../registry.ts';
import { type Ask, AskedBlobs, type Given } from './asked-blobs.ts';
import { complete, fileAnalyzers, type StepOutcome } from './complete.ts';
import { blobFailure, type Failure, storable, toFailure } from './failure.ts';
import { watchStates } from './isolate-watch.ts';
import type { KeptText } from './kept-text.ts';
import { analyzeFile, prepareAll } from './pass.ts';
import { runStep } from './step.ts';

/** The settings of an isolate: JSON in its first argument. */
export interface IsolateSettings {
  /** The largest resident memory of the process in MiB, with Buffers and WASM memories. */
  readonly memoryMb: number;
  readonly registryUrl: string;
  readonly options: AnalysisOptions;
  /** The folder of the files: the process may read there and in the program. Everywhere when absent; null if there is none. */
  readonly folder?: string | null | undefined;
}

/** What is to be done with a file. The next order follows after the answer. */
export interface IsolateOrder {
  readonly file: AnalysisFile;
  /** The pass alone, the pass with all file analysers, or one of these. */
  readonly task: 'pass' | 'whole' | StepTask;
}

type StepTask = Pick<FileContext, 'core' | 'findings'> & { readonly analyzer: string };

export type IsolateAnswer =
  | { readonly output: OutputData; readonly text?: KeptText | undefined }
  | { readonly step: StepOutcome }
  /** The bytes cannot be read, or the pass failed. */
  | { readonly failure: Failure }
  /** A file analyser failed: the process may have been left in disorder. */
  | { readonly defect: string };

/** `rss`: the resident memory in bytes. The first message of a process has neither answer nor question: it is ready. */
export interface IsolateMessage {
  readonly answer?: IsolateAnswer;
  /** Reads bytes that have no local path. */
  readonly ask?: Ask;
  readonly rss: number;
}

const settings = JSON.parse(process.argv[2] ?? '') as IsolateSettings;
// A thread looks after the memory and the parent, because the analysis may keep this one busy for long.
const watch = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
const watcher = new Worker(new URL(import.meta.resolve('#analysis/run/isolate-watch.ts')), {
  workerData: { watch, memoryMb: settings.memoryMb, parent: process.ppid },
  resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8 },
});
watcher.on('error', (error) => {
  throw error;
});
const { registryOf } = (await import(settings.registryUrl)) as typeof Registry;
const analyzers = registryOf(settings.options);
await prepareAll(analyzers);
const blobs = new AskedBlobs((ask) => tell({ ask }));
await import('@napi-rs/lzma');
// Native code is loaded and the watch runs. From here on, neither is allowed any more: a further thread could be given
// all permissions, and native code obeys none.
for (const permission of ['addon', 'worker']) process.permission.drop(permission);

process.on('message', (message: IsolateOrder | Given) => {
  if ('task' in message) void follow(message);
  else blobs.give(message);
});
process.on('disconnect', () => process.exit());
tell();

async function follow(order: IsolateOrder): Promise<void> {
  if (Atomics.exchange(watch, 0, watchStates.busy) === watchStates.asleep) Atomics.notify(watch, 0);
  const answer = await outcomeOf(order);
  Atomics.store(watch, 0, watchStates.idle);
  tell({ answer });
}

function tell(what: Omit<IsolateMessage, 'rss'> = {}): void {
  process.send?.({ ...what, rss: process.memoryUsage.rss() } satisfies IsolateMessage);
}

async function outcomeOf({ file, task }: IsolateOrder): Promise<IsolateAnswer> {
  const path = 'path' in file ? file.path : undefined;
  try {
    if (task === 'pass') return { output: await analyzeFile(file, analyzers, { blobs }) };
    return task === 'whole' ? await whole(file) : { step: await step(file, task) };
  } catch (error) {
    if (task === 'pass') return { failure: toFailure(error, path) };
    const failure = blobFailure(error, path);
    return failure ? { failure } : { defect: storable(error) };
  }
}

async function whole(file: AnalysisFile): Promise<IsolateAnswer> {
  let text: KeptText | undefined;
  const output = await complete(
    await analyzeFile(file, analyzers, { blobs }),
    file.filename,
    fileAnalyzers(analyzers),
    async (analyzer, context) => {
      const outcome = await runStep(file, analyzer, context, blobs);
      if ('text' in outcome) text = outcome.text;
      return outcome;
    },
  );
  return { output, ...(text && { text }) };
}

async function step(file: AnalysisFile, { analyzer: name, ...known }: StepTask): Promise<StepOutcome> {
  const analyzer = fileAnalyzers(analyzers).find((each) => each.name === name);
  if (analyzer === undefined) throw new Error(`There is no analyser "${name}"`);
  return await runStep(file, analyzer, { filename: file.filename, ...known }, blobs);
}
