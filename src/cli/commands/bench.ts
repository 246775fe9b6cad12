import { randomBytes } from 'node:crypto';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { Command, InvalidArgumentError } from 'commander';
import type { FilemillError } from '#domain/errors.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { byteSize } from '#platform/config.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { maxIdsPerCall } from '#sdk/file-watch.ts';
import { memoryContent } from '#sdk/upload-content.ts';
import { uploadFiles } from '#sdk/upload-files.ts';
import type { UploadCandidate } from '#sdk/upload-paths.ts';
import { type NotedUpdate, WatchPool } from '#sdk/watch-pool.ts';
import { type ExitCode, exitCodes } from '../failure.ts';
import { count } from '../options.ts';
import { formatBytes, formatCount, plural, printable } from '../output/printable.ts';
import { printRecord } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

export function benchCommand(): Command {
  return new Command('bench')
    .description('Measure a server: upload generated files, wait for their results, and delete them.')
    .option('--files <n>', 'number of files', count(100_000), 2_000)
    .option('--size <bytes>', 'size of each file, such as 4KiB or 10MiB', byteCount, 4_096)
    .option('--concurrency <n>', 'large files at a time, or 1 MiB of small files for each', count(64), 8)
    .option('--keep', 'keep the files')
    .action(withSession(loadServer, { persistent: true }));
}

/** Reads `4KiB`, `10MiB` or a number of bytes. */
function byteCount(text: string): number {
  const size = byteSize.safeParse(text);
  if (size.success) return size.data;
  throw new InvalidArgumentError('Expected a size such as 4KiB or 10MiB.');
}

interface LoadOptions {
  readonly files: number;
  /** In bytes. */
  readonly size: number;
  readonly concurrency: number;
  readonly keep?: true;
}

/** In milliseconds. */
interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

interface LoadReport {
  readonly files: number;
  readonly bytes: number;
  readonly completed: number;
  readonly failed: number;
  /** The number of files that could not be uploaded. */
  readonly refused: number;
  readonly seconds: number;
  readonly files_per_second: number;
  readonly bytes_per_second: number;
  /** From the moment when the client begins a file until its acknowledgement. */
  readonly upload_ms: Percentiles;
  /** From the acknowledgement until the client learns that the file is COMPLETED. */
  readonly analysis_ms: Percentiles;
}

/** Uploads different files that look like text, and measures until all have ended. */
async function loadServer(session: Session, options: LoadOptions): Promise<ExitCode> {
  const { terminal, format } = session;
  const load = new Load(session, options);
  const report = await load.run();
  await printRecord(terminal, format, report, () => view(report));
  if (options.keep === undefined) await remove(session, load.ids);
  for (const problem of load.problems) terminal.complain(`A file was refused: ${printable(problem)}`);
  return report.completed === report.files ? exitCodes.ok : exitCodes.someFailed;
}

class Load {
  readonly ids: string[] = [];
  /** The first few reasons why files were refused. */
  readonly problems = new Set<string>();
  readonly #session: Session;
  readonly #options: LoadOptions;
  readonly #text: Buffer;
  readonly #begun = new Map<string, number>();
  readonly #uploads = createHistogram();
  readonly #analyses = createHistogram();
  #lost: FilemillError | undefined;
  readonly #counts = { completed: 0, failed: 0, refused: 0 };

  constructor(session: Session, options: LoadOptions) {
    this.#session = session;
    this.#options = options;
    this.#text = Buffer.from(randomBytes(options.size).toString('base64').replaceAll(/[+/7]/g, ' ')).subarray(
      0,
      options.size,
    );
  }

  async run(): Promise<LoadReport> {
    const { uploads, files, retry } = this.#session;
    const { concurrency } = this.#options;
    const pool = new WatchPool(files, {
      ...retry,
      terminalOnly: true,
      onUpdates: (updates) => {
        for (const update of updates) this.#ended(update);
      },
      onLost: (_, error) => {
        this.#lost ??= error;
      },
    });
    const began = performance.now();
    await uploadFiles(uploads, this.#candidates(), {
      ...retry,
      concurrency,
      onOutcome: ({ file, receipt, error }) => {
        if (receipt === null) return this.#refused(error.message);
        record(this.#uploads, performance.now() - (this.#begun.get(file.filename) ?? began));
        this.#begun.delete(file.filename);
        this.ids.push(receipt.id);
        pool.add(receipt.id, String(performance.now()));
      },
    });
    await pool.idle();
    if (this.#lost !== undefined) throw this.#lost;
    return this.#report(performance.now() - began);
  }

  /** @param update has the time of the acknowledgement as its note */
  #ended({ file, note }: NotedUpdate): void {
    record(this.#analyses, performance.now() - Number(note));
    this.#counts[file?.status === FileStatus.COMPLETED ? 'completed' : 'failed'] += 1;
  }

  #refused(reason: string): void {
    this.#counts.refused += 1;
    if (this.problems.size < 5) this.problems.add(reason);
  }

  *#names(): Generator<string> {
    const run = randomBytes(4).toString('hex');
    for (let n = 0; n < this.#options.files; n++) yield `bench-${run}-${n}.txt`;
  }

  async *#candidates(): AsyncGenerator<UploadCandidate> {
    for (const filename of this.#names()) {
      this.#begun.set(filename, performance.now());
      yield {
        filename,
        path: '',
        open: async () => memoryContent(this.#contentOf(filename)),
        readWhole: (maxBytes) => (this.#options.size <= maxBytes ? this.#contentOf(filename) : undefined),
        measure: async () => this.#options.size,
      };
    }
  }

  /** Makes each file different by its name. */
  #contentOf(filename: string): Buffer {
    const content = Buffer.from(this.#text);
    content.write(filename.slice(0, content.length));
    return content;
  }

  #report(ms: number): LoadReport {
    const { files, size } = this.#options;
    const rate = (amount: number) => Math.round((amount * 1_000) / ms);
    const { completed } = this.#counts;
    return {
      files,
      bytes: files * size,
      ...this.#counts,
      seconds: Number((ms / 1_000).toFixed(3)),
      files_per_second: rate(completed),
      bytes_per_second: rate(completed * size),
      upload_ms: percentiles(this.#uploads),
      analysis_ms: percentiles(this.#analyses),
    };
  }
}

/** Records microseconds, because a histogram holds whole numbers from 1 on. */
function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1_000)));
}

function percentiles(histogram: RecordableHistogram): Percentiles {
  if (histogram.count === 0) return { p50: 0, p90: 0, p99: 0 };
  const at = (share: number) => Number((histogram.percentile(share) / 1_000).toFixed(1));
  return { p50: at(50), p90: at(90), p99: at(99) };
}

async function remove({ files, retry }: Session, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += maxIdsPerCall) {
    const group = ids.slice(from, from + maxIdsPerCall);
    await withRetry(() => files.deleteFiles({ ids: group }, retry), retry);
  }
}

function view(report: LoadReport): string[] {
  const times = ({ p50, p90, p99 }: Percentiles) => `p50 ${p50} ms, p90 ${p90} ms, p99 ${p99} ms`;
  return [
    `${plural(report.completed, 'file')} completed in ${report.seconds} s: ${formatCount(report.files_per_second)} files/s, ${formatBytes(report.bytes_per_second)}/s`,
    `upload    ${times(report.upload_ms)}`,
    `analysis  ${times(report.analysis_ms)}`,
    ...(report.failed > 0 ? [`${plural(report.failed, 'file')} FAILED`] : []),
    ...(report.refused > 0 ? [`${plural(report.refused, 'file')} refused`] : []),
  ];
}
