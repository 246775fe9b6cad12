import { closeSync, openSync, readSync } from 'node:fs';
import { crc32c } from '@node-rs/crc32';
import {
  type AnalysisFile,
  type Analyzer,
  type CoreFields,
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
import { openBlob } from './step.ts';

export interface PassTools {
  /** Opens blobs without a local path. */
  readonly blobs?: BlobReader | undefined;
}

/**
 * The pass over a file: each chunk is read once, into the buffer in which `text` counts it, and shown to every
 * `StreamAnalyzer` while it is in the processor's cache. Memory does not grow with the file. A pass blocks its thread while it
 * reads from a path.
 *
 * @throws the error of the file system (`code: 'ENOENT'`, ...), the error of an analyser, or FilemillError BLOB_MISSING, or
 *   BLOB_DAMAGED when the bytes do not match their CRC32C
 */
export async function analyzeFile(
  file: AnalysisFile,
  analyzers: readonly Analyzer[],
  { blobs }: PassTools = {},
): Promise<OutputData> {
  await failpoint('analysis.opening');
  const blob = await openBlob(file, blobs);
  try {
    return await analyzeBlob(blob, file.filename, analyzers);
  } finally {
    // Awaiting the disposal of an unopened file would cost a small file more than its hash.
    if (!(blob instanceof LocalBlob) || blob.opened) await blob[Symbol.asyncDispose]();
  }
}

async function analyzeBlob(blob: BlobHandle, filename: string, analyzers: readonly Analyzer[]): Promise<OutputData> {
  const { streams, versions } = streamsOf(analyzers);
  const start = (filled: number) => new Pass(filename, blob, streams, filled);
  const runs = blob.local === undefined ? await readStored(blob, start) : readLocal(blob.local, start);
  await failpoint('analysis.read');
  const core = await finishAll(runs);
  return { schema: 3, ...core, findings: findAll(runs, core), analyzers: versions };
}

interface StartedRun {
  readonly analyzer: StreamAnalyzer;
  readonly run: StreamAnalyzerRun;
}

/** Shows the content of `input` to all stream analysers. */
class Pass {
  readonly #runs: readonly StartedRun[];
  readonly #expected: number | undefined;
  #sum = 0;

  /** @param filled how many bytes of `input` are the beginning of the file */
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
      throw new FilemillError('BLOB_DAMAGED', 'The stored bytes do not match their checksum.');
    return this.#runs;
  }
}

type StartPass = (filled: number) => Pass;

/** Synchronous throughout: an `await` for each small file would cost more than reading it. */
function readLocal({ path, range }: LocalBytes, start: StartPass): readonly StartedRun[] {
  const descriptor = range === undefined ? openSync(path, 'r') : cachedDescriptor(path);
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

/** A thread works on one file at a time, so `input` belongs to this file. */
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

/** An LRU cache of descriptors of segments: opening one takes as long as reading a small file. The latest comes last. */
const descriptors = new Map<string, number>();
const maxDescriptors = 4;

function cachedDescriptor(path: string): number {
  const descriptor = descriptors.get(path) ?? openSync(path, 'r');
  descriptors.delete(path);
  descriptors.set(path, descriptor);
  if (descriptors.size > maxDescriptors) {
    const [[oldest, its]] = [...descriptors] as [[string, number]];
    descriptors.delete(oldest);
    closeSync(its);
  }
  return descriptor;
}

const everything = { offset: 0, length: Number.POSITIVE_INFINITY };

/** Fills `input` with at most `length` bytes; fewer mean the end of the file. A single read may be short. */
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
  const core: Partial<CoreFields> & Record<string, unknown> = {};
  for (const { analyzer, run } of runs) {
    await failpoint('analysis.finishing');
    const answer = run.finish(core);
    // Most analysers have their fields at hand.
    const found: Partial<Record<string, unknown>> = answer instanceof Promise ? await answer : answer;
    for (const field in found) {
      if (field in core) throw new Error(`The analyser "${analyzer.name}" repeats the field "${field}"`);
      core[field] = found[field];
    }
  }
  const absent = fields.find((field) => !(field in core));
  if (absent !== undefined) throw new Error(`No analyser found "${absent}"`);
  return core as CoreFields;
}

function findAll(runs: readonly StartedRun[], core: CoreFields): Readonly<Record<string, Findings>> {
  const findings: Record<string, Findings> = {};
  for (const { analyzer, run } of runs) {
    const found = analyzer.finds === undefined ? undefined : run.find?.(core);
    if (found !== undefined) findings[analyzer.finds as string] = found;
  }
  return findings;
}

const fields: readonly (keyof CoreFields)[] = [
  'mime_type',
  'description',
  'detected_by',
  'confidence',
  'candidates',
  'extension_mismatch',
  'word_count',
  'word_count_of',
  'line_count',
  'character_count',
  'charset',
  'sha256',
  'size',
];

/** To be called before the first file. */
export async function prepareAll(analyzers: readonly Analyzer[]): Promise<void> {
  for (const { prepare } of streamsOf(analyzers).streams) await prepare?.();
}

interface Streams {
  readonly streams: readonly StreamAnalyzer[];
  readonly versions: Readonly<Record<string, string>>;
}

function streamsOf(analyzers: readonly Analyzer[]): Streams {
  const known = knownStreams.get(analyzers);
  if (known !== undefined) return known;
  const streams = analyzers.filter((analyzer) => 'start' in analyzer);
  const versions = Object.fromEntries(streams.map(({ name, version }) => [name, version]));
  knownStreams.set(analyzers, { streams, versions });
  return { streams, versions };
}

/** Memo: a thread runs the same analysers on all its files. */
const knownStreams = new WeakMap<readonly Analyzer[], Streams>();
