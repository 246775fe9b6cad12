/**
 * The analysis of a worker, and nothing else of it: its pool of threads for the pass and its isolates for documents, with the
 * settings of a worker. For each line on its standard input it prints a line of JSON.
 *
 *     all PATH…        analyses the files, as many at once as there are cores: {ms}
 *     each PATH…       analyses one after the other: {isolated: [ms…], inProcess: [ms…]}, medians of fifteen, warm
 *     identify PATH…   the mean of many passes over each file in this process: {microseconds: […]}
 */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { Isolates } from '#analysis/run/isolates.ts';
import { AnalysisPool } from '#analysis/run/pool.ts';
import type { AnalysisFile, OutputData } from '#domain/analysis.ts';
import { never } from '#platform/abort.ts';
import { median } from '../figure.ts';

const threads = availableParallelism();
await using pool = new AnalysisPool({ threads, heapMb: 256 });
await using isolates = await Isolates.open({ processes: threads, memoryMb: 512, findingsDeadlineMs: 20_000 });

process.stdout.write('"ready"\n');
for await (const line of createInterface({ input: process.stdin })) {
  const [order, ...paths] = line.split('\t');
  const files = paths.map((path) => ({ path, filename: basename(path), size: statSync(path).size }));
  const answer = order === 'all' ? await all(files) : order === 'each' ? await each(files) : await identify(files);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function all(files: readonly AnalysisFile[]) {
  const waiting = [...files];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: threads }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) mustHaveWords(await isolated(next));
    }),
  );
  return { ms: performance.now() - began };
}

async function each(files: readonly AnalysisFile[]) {
  const { inProcess } = await analysisHere();
  const times = files.map(() => ({ isolated: [] as number[], inProcess: [] as number[] }));
  for (let round = -15; round < 15; round++) {
    for (const [at, file] of files.entries()) {
      const [there, here] = [await timeOf(() => isolated(file)), await timeOf(() => inProcess(file))];
      if (round < 0) continue;
      times[at]?.isolated.push(there);
      times[at]?.inProcess.push(here);
    }
  }
  return {
    isolated: times.map((each) => median(each.isolated)),
    inProcess: times.map((each) => median(each.inProcess)),
  };
}

async function identify(files: readonly AnalysisFile[]) {
  const { pass } = await analysisHere();
  const times = 5_000;
  const microseconds: number[] = [];
  for (const file of [...files, ...files]) {
    const began = performance.now();
    for (let n = 0; n < times; n++) await pass(file);
    microseconds.push(((performance.now() - began) * 1_000) / times);
  }
  // The first round is the warm-up.
  return { microseconds: microseconds.slice(files.length) };
}

/** A worker analyses nothing in its own process, and so loads no analysers. */
function analysisHere() {
  return import('./in-process.ts');
}

/** As a worker reads a file with the name of a document. */
async function isolated(file: AnalysisFile): Promise<OutputData> {
  const whole = await isolates.readWhole(file, never);
  if (whole !== undefined) return whole.output;
  const output = await pool.analyze(file, { deadlineMs: 60_000, signal: never });
  return (await isolates.complete(file, output, never)).output;
}

/** Speed without an answer would mean nothing. */
function mustHaveWords({ word_count, word_count_of, findings }: OutputData): void {
  if (word_count_of !== 'document' || word_count === null || word_count === 0)
    throw new Error(`A document has no words: ${JSON.stringify(findings)}`);
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
