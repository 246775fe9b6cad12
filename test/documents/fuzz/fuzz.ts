import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isDocument } from '#analysis/documents/readers.ts';
import { Isolates } from '#analysis/run/isolates.ts';
import { AnalysisPool } from '#analysis/run/pool.ts';
import type { OutputData } from '#domain/analysis.ts';
import { never } from '#platform/abort.ts';
import { Random } from '#test/faults/random.ts';
import { expectations, pathOf } from '../judge.ts';
import { mutant } from './mutate.ts';

export interface FuzzOptions {
  readonly files: number;
  readonly seed: string;
  /** Files at once. */
  readonly jobs: number;
  /** The first of the files: the same seed and number make the same file. */
  readonly from?: number;
  readonly onMutant?: (mutant: Mutant, done: number) => void;
}

export interface Mutant {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  /** `words`, `no document`, `encrypted`, `no words`, or the code of the error. */
  readonly outcome: string;
  readonly ms: number;
  readonly why: string | undefined;
}

/** Outcomes that no content may have. */
export const forbidden: readonly string[] = ['FAILED', 'crashed', 'failed', 'no words'];

/** Analyses documents of the made set that were changed by chance, as a worker does. */
export async function fuzz({ files, seed, jobs, from = 0, onMutant }: FuzzOptions): Promise<readonly Mutant[]> {
  const names = expectations.filter(({ word_count_of }) => word_count_of === 'document').map(({ file }) => file);
  const contents = await Promise.all(names.map((name) => readFile(pathOf(name))));
  const folder = await mkdtemp(join(tmpdir(), 'filemill-fuzz-'));
  await using pool = new AnalysisPool({ threads: jobs, heapMb: 256 });
  await using isolates = await Isolates.open({ processes: jobs, memoryMb: 512, findingsDeadlineMs: 20_000 });
  const mutants: Mutant[] = [];
  let next = from;
  const work = async (job: number) => {
    for (let number = next++; number < from + files; number = next++) {
      const random = new Random(`${seed}/${number}`);
      const which = random.between(0, names.length - 1);
      const name = basename(names[which] ?? '');
      const path = join(folder, String(job));
      // The first of the list is the one that is changed most; the others lend their blocks.
      const content = mutant(random, [
        contents[which] as Buffer,
        contents[random.between(0, contents.length - 1)] as Buffer,
      ]);
      await writeFile(path, content);
      const analysed = await analyse({ path, filename: name, size: content.length }, pool, isolates);
      const count = mutants.push({ number, name, ...analysed });
      onMutant?.({ number, name, ...analysed }, count);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, (_, job) => work(job)));
  } finally {
    await rm(folder, { recursive: true });
  }
  return mutants;
}

async function analyse(
  file: { readonly path: string; readonly filename: string; readonly size: number },
  pool: AnalysisPool,
  isolates: Isolates,
): Promise<Pick<Mutant, 'type' | 'outcome' | 'ms' | 'why'>> {
  const began = performance.now();
  try {
    const pass = await pool.analyze(file, { deadlineMs: 30_000, signal: never });
    const { output, failures } = await isolates.complete(file, pass, never);
    const why = failures.map((failure) => `${failure.analyzer}: ${failure.why}`).join('; ') || undefined;
    return { type: output.mime_type, outcome: outcomeOf(output), ms: performance.now() - began, why };
  } catch (error) {
    return { type: '?', outcome: 'FAILED', ms: performance.now() - began, why: String(error) };
  }
}

function outcomeOf({ mime_type, word_count, findings }: OutputData): string {
  const errors = Object.values(findings ?? {}).flatMap((found) => ('error' in found ? [found.error] : []));
  const [error] = errors as readonly { readonly code: string }[];
  if (error !== undefined) return error.code;
  if (word_count !== null) return 'words';
  if (!isDocument(mime_type)) return 'no document';
  return (findings?.text as { encrypted?: true } | undefined)?.encrypted === true ? 'encrypted' : 'no words';
}
