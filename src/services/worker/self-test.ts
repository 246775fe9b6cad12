import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Analysis } from './attempt.ts';

const deadlineMs = 20_000;

/**
 * Analyses this very module, so that a worker with broken threads or analysers never takes a file.
 *
 * @throws Error why the analysis failed
 */
export async function proveAnalysis(analysis: Analysis, signal: AbortSignal): Promise<void> {
  const path = fileURLToPath(import.meta.url);
  const bytes = await readFile(path);
  const subject = { path, filename: basename(path), size: bytes.length };
  const { sha256 } = await analysis.analyze(subject, { deadlineMs, signal });
  if (sha256 !== createHash('sha256').update(bytes).digest('hex'))
    throw new Error('The analysis computes wrong hashes');
}
