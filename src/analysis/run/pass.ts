import { closeSync, openSync, readSync } from 'node:fs';
import { crc32c } from '@node-rs/crc32';
import {
  type AnalysisFile,
  type AnalysisSubject,
  type Analyzer,
  type AnalyzerRun,
  type ByteRange,
  headBytes,
  type OutputData,
} from '#domain/analysis.ts';
import { FilemillError } from '#domain/errors.ts';
import { failpoint } from '#platform/failpoints.ts';
import { input } from '../content/kernel.ts';
import { openKept } from './kept-open.ts';

/**
 * Analyses one file in one pass: each chunk is read once, to where `text` counts it, and shown to every
 * analyser while it is in the processor's cache. Memory does not grow with the file. Blocks its thread
 * while it reads.
 *
 * @throws the error of the file system (`code: 'ENOENT'`, ...), or whatever an analyser throws; FilemillError
 *   BLOB_DAMAGED when the bytes do not have the CRC32C that they should
 */
export async function analyzeFile(file: AnalysisFile, analyzers: readonly Analyzer[]): Promise<OutputData> {
  await failpoint('analysis.opening');
  const runs = readThrough(file, analyzers);
  await failpoint('analysis.read');
  const findings: Record<string, unknown> = {};
  for (const { analyzer, run } of runs) {
    await failpoint('analysis.finishing');
    const found = await run.finish(findings);
    const taken = Object.keys(found).find((field) => field in findings);
    if (taken !== undefined) throw new Error(`The analyser "${analyzer.name}" repeats the field "${taken}"`);
    Object.assign(findings, found);
  }
  return toOutputData(findings, analyzers);
}

interface StartedRun {
  readonly analyzer: Analyzer;
  readonly run: AnalyzerRun;
}

/** Synchronous from the first byte to the last: no two passes of a thread share `input` at a time. */
function readThrough(file: AnalysisFile, analyzers: readonly Analyzer[]): readonly StartedRun[] {
  if (file.range === undefined) {
    const descriptor = openSync(file.path, 'r');
    try {
      return readRange(descriptor, everything, file, analyzers);
    } finally {
      closeSync(descriptor);
    }
  }
  return readRange(openKept(file.path), file.range, file, analyzers);
}

function readRange(
  descriptor: number,
  { offset, length }: ByteRange,
  file: AnalysisFile,
  analyzers: readonly Analyzer[],
): readonly StartedRun[] {
  let filled = fill(descriptor, offset, length);
  const subject: AnalysisSubject = {
    ...file,
    head: input.subarray(0, Math.min(filled, headBytes)),
    whole: filled <= headBytes,
  };
  const runs = analyzers.map((analyzer) => ({ analyzer, run: analyzer.start(subject) }));
  let sum = 0;
  for (let read = 0; filled > 0; ) {
    const chunk = input.subarray(0, filled);
    for (const { run } of runs) run.update(chunk);
    if (file.crc32c !== undefined) sum = crc32c(chunk, sum);
    read += filled;
    filled = filled < input.length ? 0 : fill(descriptor, offset + read, length - read);
  }
  if (file.crc32c !== undefined && sum !== file.crc32c)
    throw new FilemillError('BLOB_DAMAGED', 'The stored bytes are not those that were kept.');
  return runs;
}

const everything = { offset: 0, length: Number.POSITIVE_INFINITY };

/** Fills `input`, as a read may be short, but with `length` bytes at most. Less than that ends the file. */
function fill(descriptor: number, position: number, length: number): number {
  const wanted = Math.min(length, input.length);
  let filled = 0;
  while (filled < wanted) {
    const read = readSync(descriptor, input, filled, wanted - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}

const fields = ['mime_type', 'word_count', 'line_count', 'character_count', 'charset', 'sha256', 'size'] as const;

function toOutputData(findings: Readonly<Record<string, unknown>>, analyzers: readonly Analyzer[]): OutputData {
  const absent = fields.find((field) => !(field in findings));
  if (absent !== undefined) throw new Error(`No analyser found "${absent}"`);
  return { schema: 1, ...findings, analyzers: versionsOf(analyzers) } as unknown as OutputData;
}

function versionsOf(analyzers: readonly Analyzer[]): Readonly<Record<string, string>> {
  let versions = knownVersions.get(analyzers);
  if (versions === undefined) {
    versions = Object.fromEntries(analyzers.map(({ name, version }) => [name, version]));
    knownVersions.set(analyzers, versions);
  }
  return versions;
}

/** A thread runs the same analysers on all its files. */
const knownVersions = new WeakMap<readonly Analyzer[], Readonly<Record<string, string>>>();
