import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceEnvironment, serviceNodeOptions } from '#local/processes/service-runtime.ts';
import { type Rival, shellLoop, tika, warmOffice } from '../documents/rivals.ts';
import { type BenchDocument, documentSet } from '../documents/set.ts';
import { atLeast, atMost, type Figure, median, within } from '../figure.ts';
import type { Memory } from '../processes.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { removeLater } from '../system.ts';
import { Talker } from '../talker.ts';

export const documents: Scenario = {
  name: 'documents',
  title: 'words of PDF, DOCX, XLSX, PPTX, ODT, HTML, RTF and mail of 20 KB to 2 MB, on all cores',
  async run(bench) {
    const set = await documentSet();
    bench.note(`${set.length} documents of ${mebibytes(set.reduce((sum, { size }) => sum + size, 0))} MiB`);
    return [...(await beside(bench, set)), ...(await alone(bench, set)), ...(await long(bench, set))];
  },
};

/** Rounds of all documents until V8 has compiled what it will, in each of two isolates: some 300 documents. */
const ownWarmUps = 30;

/** Filemill and each rival in turns, on the documents that the rival can read. Both are warm. */
async function beside({ quick, note }: Bench, set: readonly BenchDocument[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  // A virtual machine of Java takes a thousand documents until it is as fast, and as large, as it stays; how large that is
  // differs by a fifth from one to the next.
  for (const [name, open, target, warmUps, starts] of [
    ['shell', async () => shellLoop(), 8, quick ? 1 : 3, 1],
    ['libreoffice', warmOffice, 3, quick ? 1 : 3, 1],
    ['tika', tika, 2, quick ? 3 : 30, quick ? 1 : 3],
  ] as const) {
    const turns: Turns[] = [];
    for (let start = 0; start < starts; start++) turns.push(await inTurns(set, open, warmUps, quick ? 1 : 3));
    const documents = turns[0]?.documents ?? 0;
    const rate = (whose: 'own' | 'theirs') => (documents / median(turns.flatMap((each) => each.times[whose]))) * 1_000;
    figures.push(
      atLeast({ name: `documents-beside-${name}`, unit: 'documents/s', value: rate('own') }, rate('theirs'), target),
    );
    for (const { memory } of turns)
      note(`${name}: ${documents} documents; Filemill ${inWords(memory.own)}, ${name} ${inWords(memory.theirs)}`);
    if (name !== 'tika') continue;
    const together = (whose: 'own' | 'theirs') => median(turns.map(({ memory }) => memory[whose]?.together ?? 0));
    figures.push(
      atMost({ name: 'documents-memory-beside-tika', unit: 'MiB', value: together('own') }, together('theirs'), 0.5),
    );
  }
  return figures;
}

/** What two processes did, one after the other. */
interface Turns {
  /** How many documents each round had. */
  readonly documents: number;
  /** Milliseconds of each round. */
  readonly times: Readonly<Record<'own' | 'theirs', readonly number[]>>;
  readonly memory: { readonly own: Memory; readonly theirs: Memory | undefined };
}

async function inTurns(
  set: readonly BenchDocument[],
  open: () => Promise<Rival>,
  warmUps: number,
  rounds: number,
): Promise<Turns> {
  await using analysis = await Analysis.start();
  await using rival = await open();
  const readable = set.filter(({ kind }) => rival.kinds.includes(kind));
  for (let round = 0; round < ownWarmUps; round++) await analysis.all(readable);
  for (let round = 0; round < warmUps; round++) await rival.run(readable);
  const times = { own: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.own.push(await analysis.all(readable));
    times.theirs.push(await rival.run(readable));
  }
  return { documents: readable.length, times, memory: { own: analysis.memory(), theirs: rival.memory() } };
}

/** One document after the other, in isolates and in the process itself; and texts and pictures, which need no isolate. */
async function alone({ quick, note }: Bench, set: readonly BenchDocument[]): Promise<Figure[]> {
  const near = set.map(({ size }, at) => ({ size, at })).filter(({ size }) => size > 25_000 && size < 100_000);
  const sum = (times: readonly number[]) => near.reduce((total, { at }) => total + (times[at] ?? 0), 0) / near.length;
  // One process differs from the next by a tenth, however long each is measured.
  const tried: (Times & { readonly ratio: number })[] = [];
  for (let process = 0; process < (quick ? 1 : 5); process++) {
    await using analysis = await Analysis.start();
    const times = await analysis.each(set);
    tried.push({ ...times, ratio: sum(times.isolated) / sum(times.inProcess) });
  }
  const ordered = tried.toSorted((one, other) => one.ratio - other.ratio);
  const { isolated = [], inProcess = [] } = ordered[ordered.length >> 1] ?? {};
  const [slowest] = set
    .map(({ filename }, at) => ({ filename, ms: isolated[at] ?? 0 }))
    .sort((one, other) => other.ms - one.ms);
  note(`slowest alone: ${slowest?.filename} ${slowest?.ms.toFixed(1)} ms`);
  const ratios = ordered.map(({ ratio }) => ratio.toFixed(2)).join(', ');
  note(`${near.length} documents of some 50 KB, isolated beside in-process, a process each: ${ratios}`);
  await using analysis = await Analysis.start();
  const [text = 0, png = 0] = await analysis.identify(await smallFiles());
  return [
    within({ name: 'documents-median', unit: 'ms', value: median(isolated) }, 10),
    atMost({ name: 'documents-isolation-at-50-KB', unit: 'ms', value: sum(isolated) }, sum(inProcess), 1.2),
    within({ name: 'documents-plain-text-4-KiB', unit: 'µs', value: text }, 60),
    within({ name: 'documents-png', unit: 'µs', value: png }, 60),
  ];
}

/** Whether memory grows with the number of documents. */
async function long({ quick, note }: Bench, set: readonly BenchDocument[]): Promise<Figure[]> {
  await using analysis = await Analysis.start();
  const wanted = quick ? 1_000 : 20_000;
  const small = set.filter(({ size }) => size < 300_000);
  const samples: { documents: number; mib: number }[] = [];
  for (let documents = 0; documents < wanted; documents += small.length * 10) {
    await analysis.all(Array.from({ length: 10 }, () => small).flat());
    samples.push({ documents, mib: analysis.memory().resident });
  }
  const settled = samples.slice(samples.length >> 2);
  const largest = Math.max(...samples.map(({ mib }) => mib));
  note(
    `after ${wanted} documents: at most ${largest.toFixed(0)} MiB, ${slope(settled).toFixed(2)} MiB for each 1,000 more`,
  );
  return [
    within({ name: 'documents-memory', unit: 'MiB', value: largest }, 600),
    within({ name: 'documents-memory-slope', unit: 'MiB/1,000', value: slope(settled) }, 1),
  ];
}

/** By least squares, for each 1,000 documents. */
function slope(samples: readonly { readonly documents: number; readonly mib: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(samples.map(({ documents }) => documents)), mean(samples.map(({ mib }) => mib))];
  const over = samples.reduce((sum, { documents, mib }) => sum + (documents - x) * (mib - y), 0);
  const under = samples.reduce((sum, { documents }) => sum + (documents - x) ** 2, 0);
  return under === 0 ? 0 : (over / under) * 1_000;
}

/** A text of 4 KiB, and a picture. */
async function smallFiles(): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'filemill-bench-'));
  removeLater(folder);
  const [text, png] = [join(folder, 'text.txt'), join(folder, 'picture.png')];
  await writeFile(text, 'The quick brown fox jumps over the lazy dog, and back.\n'.repeat(75).slice(0, 4_096));
  await writeFile(png, Buffer.from(pixel, 'base64'));
  return [text, png];
}

/** A PNG of one pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Milliseconds for each document. */
type Times = Readonly<Record<'isolated' | 'inProcess', readonly number[]>>;

/** The analysis of a worker in a process of its own: bench/baselines/analyse-documents.ts. */
class Analysis implements AsyncDisposable {
  readonly #process: Talker;

  private constructor(process: Talker) {
    this.#process = process;
  }

  static async start(): Promise<Analysis> {
    const program = join(import.meta.dirname, '../baselines/analyse-documents.ts');
    // As `filemill up` starts a worker.
    const args = [...serviceNodeOptions, program];
    const compileCache = join(tmpdir(), 'filemill-bench-compile-cache');
    return new Analysis(
      await Talker.start(process.execPath, args, { ...serviceEnvironment, NODE_COMPILE_CACHE: compileCache }),
    );
  }

  /** @returns milliseconds */
  async all(set: readonly BenchDocument[]): Promise<number> {
    return (await this.#ask<{ ms: number }>('all', pathsOf(set))).ms;
  }

  async each(set: readonly BenchDocument[]): Promise<Times> {
    return await this.#ask('each', pathsOf(set));
  }

  async identify(paths: readonly string[]): Promise<readonly number[]> {
    return (await this.#ask<{ microseconds: number[] }>('identify', paths)).microseconds;
  }

  /** With all isolates. */
  memory(): Memory {
    return this.#process.memory();
  }

  async #ask<T>(order: string, paths: readonly string[]): Promise<T> {
    return JSON.parse(await this.#process.ask([order, ...paths].join('\t'))) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

function pathsOf(set: readonly BenchDocument[]): readonly string[] {
  return set.map(({ path }) => path);
}

function inWords(memory: Memory | undefined): string {
  if (memory === undefined) return 'a process a document';
  return `${memory.resident.toFixed(0)} MiB, ${memory.together.toFixed(0)} with shared pages once`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
