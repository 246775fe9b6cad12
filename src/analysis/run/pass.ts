import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { crc32c } from '@node-rs/crc32';
import {
  type AnalysisFile,
  type Analyzer,
  type CoreFields,
  type FileAnalyzer,
  type Findings,
  headBytes,
  type OutputData,
  type StreamAnalyzer,
  type StreamAnalyzerRun,
} from '#domain/analysis.ts';
import type { BlobHandle, BlobReader, LocalBytes } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import { failpoint } from '#platform/failpoints.ts';
import { LocalBlob } from '#platform/local-blob.ts';
import { input } from '../content/kernel.ts';
import { openKept } from './kept-open.ts';
import type { Progress } from './progress.ts';

export interface PassTools {
  /** For files that no path leads to. */
  readonly blobs?: BlobReader | undefined;
  /** Told of each analyser that has a budget of its own, before it runs. */
  readonly progress?: Pick<Progress, 'beginStep'>;
}

/**
 * Analyses one file. First in one pass: each chunk is read once, to where `text` counts it, and shown to every
 * `StreamAnalyzer` while it is in the processor's cache. Memory does not grow with the file. Then each
 * `FileAnalyzer` that accepts its type has its turn. A pass blocks its thread while it reads from a path.
 *
 * @throws the error of the file system (`code: 'ENOENT'`, ...), or whatever an analyser throws; FilemillError
 *   BLOB_DAMAGED when the bytes do not have the CRC32C that they should, BLOB_MISSING
 */
export async function analyzeFile(
  file: AnalysisFile,
  analyzers: readonly Analyzer[],
  tools: PassTools = {},
): Promise<OutputData> {
  await failpoint('analysis.opening');
  if ('path' in file) {
    const blob = localBlob(file);
    try {
      return await analyzeBlob(blob, file.filename, analyzers, tools);
    } finally {
      // To wait for what was never opened would cost small files more than their hash does.
      if (blob.opened) await blob[Symbol.asyncDispose]();
    }
  }
  await using blob = await openStored(file.storageKey, tools);
  return await analyzeBlob(blob, file.filename, analyzers, tools);
}

async function analyzeBlob(
  blob: BlobHandle,
  filename: string,
  analyzers: readonly Analyzer[],
  tools: PassTools,
): Promise<OutputData> {
  const { streams, files, versions } = kindsOf(analyzers);
  const start = (filled: number) => new Pass(filename, blob, streams, filled);
  const runs = blob.local === undefined ? await readStored(blob, start) : readLocal(blob.local, start);
  await failpoint('analysis.read');
  const core = await finishAll(runs);
  if (files.length === 0) return { schema: 2, ...core, findings: {}, analyzers: versions };
  const { findings, ran } = await runEach(files, { blob, filename, core }, tools);
  return { schema: 2, ...core, findings, analyzers: { ...versions, ...ran } };
}

function localBlob(local: LocalBytes): LocalBlob {
  return new LocalBlob(local, local.range?.length ?? statSync(local.path).size);
}

async function openStored(storageKey: string, { blobs }: PassTools): Promise<BlobHandle> {
  if (blobs === undefined) throw new FilemillError('INTERNAL', 'The analysis was given no store to read from.');
  return await blobs.open(storageKey);
}

interface StartedRun {
  readonly analyzer: StreamAnalyzer;
  readonly run: StreamAnalyzerRun;
}

/** What `input` holds, shown to all. */
class Pass {
  readonly #runs: readonly StartedRun[];
  readonly #expected: number | undefined;
  #sum = 0;

  /** @param filled bytes of `input` that are the beginning of the file */
  constructor(filename: string, blob: BlobHandle, analyzers: readonly StreamAnalyzer[], filled: number) {
    const head = input.subarray(0, Math.min(filled, headBytes));
    const subject = { filename, blob, head, whole: filled <= headBytes };
    this.#runs = analyzers.map((analyzer) => ({ analyzer, run: analyzer.start(subject) }));
    this.#expected = blob.local?.crc32c;
  }

  show(filled: number): void {
    const chunk = input.subarray(0, filled);
    for (const { run } of this.#runs) run.update(chunk);
    if (this.#expected !== undefined) this.#sum = crc32c(chunk, this.#sum);
  }

  end(): readonly StartedRun[] {
    if (this.#expected !== undefined && this.#sum !== this.#expected)
      throw new FilemillError('BLOB_DAMAGED', 'The stored bytes are not those that were kept.');
    return this.#runs;
  }
}

type StartPass = (filled: number) => Pass;

/** Synchronous from the first byte to the last: an `await` for each small file would cost more than reading it. */
function readLocal({ path, range }: LocalBytes, start: StartPass): readonly StartedRun[] {
  const descriptor = range === undefined ? openSync(path, 'r') : openKept(path);
  const { offset, length } = range ?? everything;
  try {
    let filled = fill(descriptor, offset, length);
    const pass = start(filled);
    for (let read = 0; filled > 0; ) {
      pass.show(filled);
      read += filled;
      filled = filled < input.length ? 0 : fill(descriptor, offset + read, length - read);
    }
    return pass.end();
  } finally {
    if (range === undefined) closeSync(descriptor);
  }
}

/** A thread works on one file at a time, so that `input` is this file's until its last byte. */
async function readStored(blob: BlobHandle, start: StartPass): Promise<readonly StartedRun[]> {
  let filled = await blob.read(0, input);
  const pass = start(filled);
  for (let read = 0; filled > 0; ) {
    pass.show(filled);
    read += filled;
    filled = filled < input.length ? 0 : await blob.read(read, input);
  }
  return pass.end();
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

async function finishAll(runs: readonly StartedRun[]): Promise<CoreFields> {
  const core: Partial<CoreFields> = {};
  for (const { analyzer, run } of runs) {
    await failpoint('analysis.finishing');
    const found = await run.finish(core);
    const taken = Object.keys(found).find((field) => field in core);
    if (taken !== undefined) throw new Error(`The analyser "${analyzer.name}" repeats the field "${taken}"`);
    Object.assign(core, found);
  }
  const absent = fields.find((field) => !(field in core));
  if (absent !== undefined) throw new Error(`No analyser found "${absent}"`);
  return core as CoreFields;
}

const fields = ['mime_type', 'word_count', 'line_count', 'character_count', 'charset', 'sha256', 'size'] as const;

async function runEach(
  analyzers: readonly FileAnalyzer[],
  { blob, filename, core }: { blob: BlobHandle; filename: string; core: CoreFields },
  { progress }: PassTools,
) {
  const findings: Record<string, Findings> = {};
  const ran: Record<string, string> = {};
  for (const analyzer of analyzers) {
    const { name, version, budgetMs, schema } = analyzer;
    if (!analyzer.accepts(core.mime_type)) continue;
    progress?.beginStep(budgetMs);
    const found = await analyzer.analyze(blob, { filename, core, findings });
    findings[name] = checked(name, schema, found);
    ran[name] = version;
  }
  return { findings, ran };
}

function checked(name: string, schema: FileAnalyzer['schema'], found: unknown): Findings {
  try {
    return schema.parse(found);
  } catch (cause) {
    throw new Error(`The findings of the analyser "${name}" do not fit its schema: ${(cause as Error).message}`, {
      cause,
    });
  }
}

interface Kinds {
  readonly streams: readonly StreamAnalyzer[];
  readonly files: readonly FileAnalyzer[];
  /** Of those that see every file. */
  readonly versions: Readonly<Record<string, string>>;
}

function kindsOf(analyzers: readonly Analyzer[]): Kinds {
  const known = knownKinds.get(analyzers);
  if (known !== undefined) return known;
  const streams = analyzers.filter((analyzer) => 'start' in analyzer);
  const versions = Object.fromEntries(streams.map(({ name, version }) => [name, version]));
  const kinds = { streams, files: analyzers.filter((analyzer) => 'analyze' in analyzer), versions };
  knownKinds.set(analyzers, kinds);
  return kinds;
}

/** A thread runs the same analysers on all its files. */
const knownKinds = new WeakMap<readonly Analyzer[], Kinds>();
