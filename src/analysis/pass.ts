import { closeSync, openSync, readSync } from 'node:fs';
import {
  type AnalysisFile,
  type AnalysisSubject,
  type Analyzer,
  type AnalyzerRun,
  headBytes,
  type OutputData,
} from '#domain/analysis.ts';
import { failpoint } from '#platform/failpoints.ts';

/** Read by every pass of this thread: reading is synchronous, so no two passes share it at a time. */
const buffer = Buffer.allocUnsafeSlow(1024 * 1024);

/**
 * Analyses one file in one pass: each chunk is read once and shown to every analyser while it is in the
 * processor's cache. Memory does not grow with the file. Blocks its thread while it reads.
 *
 * @throws the error of the file system (`code: 'ENOENT'`, ...), or whatever an analyser throws
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

function readThrough(file: AnalysisFile, analyzers: readonly Analyzer[]): readonly StartedRun[] {
  const descriptor = openSync(file.path, 'r');
  try {
    let filled = fill(descriptor);
    const subject: AnalysisSubject = { ...file, head: buffer.subarray(0, Math.min(filled, headBytes)) };
    const runs = analyzers.map((analyzer) => ({ analyzer, run: analyzer.start(subject) }));
    for (; filled > 0; filled = fill(descriptor)) {
      const chunk = buffer.subarray(0, filled);
      for (const { run } of runs) run.update(chunk);
    }
    return runs;
  } finally {
    closeSync(descriptor);
  }
}

/** Fills the buffer, as a read may be short; less than full only at the end of the file. */
function fill(descriptor: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const read = readSync(descriptor, buffer, filled, buffer.length - filled, null);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}

const fields = ['mime_type', 'word_count', 'line_count', 'character_count', 'charset', 'sha256', 'size'] as const;

function toOutputData(findings: Readonly<Record<string, unknown>>, analyzers: readonly Analyzer[]): OutputData {
  const absent = fields.find((field) => !(field in findings));
  if (absent !== undefined) throw new Error(`No analyser found "${absent}"`);
  const versions = Object.fromEntries(analyzers.map(({ name, version }) => [name, version]));
  return { schema: 1, ...findings, analyzers: versions } as unknown as OutputData;
}
