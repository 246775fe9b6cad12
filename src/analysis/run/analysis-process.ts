import { writeFileSync } from 'node:fs';
import type { AnalysisFile } from '#domain/analysis.ts';
import { FilemillError } from '#domain/errors.ts';
import { never } from '#platform/abort.ts';
import type { AnalysisOutcome, BlobsModule } from './analysis-thread.ts';
import { AnalysisPool } from './pool.ts';

/** The settings of the process: JSON in its first argument. */
export interface ProcessSettings {
  /** The largest JavaScript heap of the analysis, in MiB. */
  readonly heapMb: number;
  /** The largest resident memory of the process in MiB, including Buffers and WASM memories. */
  readonly memoryMb: number;
  readonly registryUrl?: string;
  readonly blobs?: BlobsModule;
}

/** A file to analyse; the next follows after the answer. */
export interface ProcessOrder {
  readonly file: AnalysisFile;
  readonly deadlineMs: number;
}

/** `outgrown`: the process exceeds its memory and ends. `alive`: a heartbeat. */
export type ProcessAnswer = AnalysisOutcome | { readonly outgrown: true } | { readonly alive: true };

const lookEveryMs = 20;
const aliveEveryMs = 1_000;

const settings = JSON.parse(process.argv[2] ?? '') as ProcessSettings;
offerToOutOfMemoryKiller();
// The analysis runs in a thread of its own, so that this one can watch the memory and the connection to the worker.
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

/** If memory runs out before the watch notices, Linux should kill this process rather than the worker. */
function offerToOutOfMemoryKiller(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Not Linux, or not permitted: the watch still works.
  }
}
