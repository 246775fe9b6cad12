import { writeFileSync } from 'node:fs';
import type { AnalysisFile } from '#domain/analysis.ts';
import { FilemillError } from '#domain/errors.ts';
import { never } from '#platform/abort.ts';
import type { AnalysisOutcome, BlobsModule } from './analysis-thread.ts';
import { AnalysisPool } from './pool.ts';

/** What the process is started with, as JSON in its first argument. */
export interface ProcessSettings {
  /** Largest JavaScript heap of the analysis, in MiB. */
  readonly heapMb: number;
  /** Largest resident memory of the whole process, in MiB: Buffers and WASM memories are counted. */
  readonly memoryMb: number;
  readonly registryUrl?: string;
  readonly blobs?: BlobsModule;
}

/** One file to analyse; the next comes after the answer. */
export interface ProcessOrder {
  readonly file: AnalysisFile;
  readonly deadlineMs: number;
}

/** `outgrown`: the last word of a process that took more memory than it may. `alive`: it keeps its deadlines itself. */
export type ProcessAnswer = AnalysisOutcome | { readonly outgrown: true } | { readonly alive: true };

const lookEveryMs = 20;
const aliveEveryMs = 1_000;

const settings = JSON.parse(process.argv[2] ?? '') as ProcessSettings;
offerToOutOfMemoryKiller();
// The thread does what may hang: this one stays free to watch, and to notice that the worker is gone.
const pool = new AnalysisPool({ ...settings, threads: 1 });
process.on('message', (order: ProcessOrder) => void analyze(order).then((answer) => process.send?.(answer)));
process.on('disconnect', endAtOnce);
setInterval(watchMemory, lookEveryMs);
setInterval(() => process.send?.({ alive: true } satisfies ProcessAnswer), aliveEveryMs);

async function analyze({ file, deadlineMs }: ProcessOrder): Promise<AnalysisOutcome> {
  try {
    return { output: await pool.analyze(file, { deadlineMs, signal: never }) };
  } catch (error) {
    const { reason, message } = error instanceof FilemillError ? error : new FilemillError('ANALYZER_ERROR');
    return { failure: { reason, message } };
  }
}

function watchMemory(): void {
  if (process.memoryUsage.rss() > settings.memoryMb * 2 ** 20) process.send?.({ outgrown: true }, endAtOnce);
}

/** An ordinary exit would wait for the thread. */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** When memory runs out before the watch sees it, Linux is to end this process and not the worker. */
function offerToOutOfMemoryKiller(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Not Linux, or not allowed: the watch remains.
  }
}
