import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { FilemillError } from '#domain/errors.ts';
import { normalizeFileName } from '#domain/file-name.ts';
import { type DownloadHeader, DownloadService } from '#gen/filemill/v1/download_service_pb.ts';
import { isRetryable } from '#platform/rpc/errors.ts';
import { type DownloadSink, describeDownload, downloadFile } from '#sdk/download-file.ts';
import { CliError, describeFailure, type ExitCode, exitCodeOf, exitCodes } from '../failure.ts';
import { knownIds, readIds } from '../ids.ts';
import { Missing } from '../lookup.ts';
import { formatBytes, printable } from '../output/printable.ts';
import { statusLine, transferParts } from '../output/status-line.ts';
import { Stdout } from '../output/stdout.ts';
import { type RecordWriter, recordWriter } from '../output/writer.ts';
import { PartFile, refuseExisting } from '../part-file.ts';
import { type Session, withSession } from '../session.ts';

export function downloadCommand(): Command {
  return new Command('download')
    .description(
      'Download the bytes of files, in any state. Each is checked against its SHA-256 before it gets its name; an interrupted download resumes when the command is repeated.',
    )
    .argument('<id...>', 'file ids; - reads them from stdin')
    .option('--to <path>', 'a folder, a file name, or - for stdout', '.')
    .option('--force', 'replace files that exist')
    .action(withSession(download, { persistent: true }));
}

interface DownloadCommandOptions {
  readonly to: string;
  readonly force?: true;
}

interface Saved {
  readonly id: string;
  readonly path: string;
  readonly size: number;
  readonly sha256: string | null;
}

async function download(session: Session, words: string[], options: DownloadCommandOptions): Promise<ExitCode> {
  const { terminal, signal } = session;
  const isOne = words.length === 1 && words[0] !== '-';
  const toFolder = options.to !== '-' && (!isOne || options.to.endsWith('/') || (await isFolder(options.to)));
  if (!isOne && options.to === '-') throw new CliError(exitCodes.usage, 'stdout takes one file: give one id.');
  const missing = new Missing(terminal);
  const writer = await savedWriter(session);
  const run = new DownloadRun(session, options, toFolder);
  let worst: ExitCode = exitCodes.ok;
  for await (const id of knownIds(readIds(words, signal), (word) => missing.report(word))) {
    try {
      const saved = await run.one(id);
      if (saved !== undefined) writer.write(saved);
    } catch (error) {
      if (signal.aborted || (error instanceof FilemillError && isRetryable(error))) throw error;
      if (error instanceof FilemillError && error.reason === 'FILE_NOT_FOUND') missing.report(id);
      else {
        terminal.complain(`filemill: ${id}: ${describeFailure(error)}`);
        worst = isOne ? exitCodeOf(error) : exitCodes.someFailed;
      }
    }
  }
  if (options.to !== '-') writer.end();
  return worst === exitCodes.ok && missing.any ? exitCodes.notFound : worst;
}

/** Downloads one file after the other. */
class DownloadRun {
  readonly #session: Session;
  readonly #options: DownloadCommandOptions;
  readonly #toFolder: boolean;
  /** Files of this run, which --force does not replace. */
  readonly #saved = new Set<string>();

  constructor(session: Session, options: DownloadCommandOptions, toFolder: boolean) {
    this.#session = session;
    this.#options = options;
    this.#toFolder = toFolder;
  }

  /** Answers nothing for stdout, which is taken by the bytes. */
  async one(id: string): Promise<Saved | undefined> {
    const downloads = this.#session.channel.client(DownloadService);
    const header = await describeDownload(downloads, id, this.#session.retry);
    const fetchInto = async (sink: DownloadSink) => {
      const onReceived = progressOf(this.#session, header);
      await downloadFile(downloads, header, sink, { ...this.#session.retry, onReceived });
    };
    if (this.#options.to === '-') return void (await fetchInto(new Stdout(this.#session.signal)));
    const path = this.#pathFor(header);
    const force = this.#options.force === true && !this.#saved.has(path);
    if (!force) await refuseExisting(path);
    await mkdir(dirname(path), { recursive: true });
    await using part = await PartFile.open(dirname(path), id);
    await fetchPart(part, header, fetchInto);
    await part.keepAs(path, { force });
    this.#saved.add(path);
    return { id, path, size: Number(header.size), sha256: header.sha256 || null };
  }

  /** The server names the file, so its name is checked like that of an upload: it cannot lead out of the folder. */
  #pathFor({ filename }: DownloadHeader): string {
    return this.#toFolder ? join(this.#options.to, normalizeFileName(filename)) : this.#options.to;
  }
}

/** What an earlier run left is used, unless it is not part of this file. What can never become the file is removed. */
async function fetchPart(
  part: PartFile,
  { size }: DownloadHeader,
  fetchInto: (part: PartFile) => Promise<void>,
): Promise<void> {
  if (part.size > size) await part.clear();
  const resumed = part.size > 0;
  try {
    await fetchInto(part).catch(async (error: unknown) => {
      if (!resumed || !(error instanceof FilemillError) || error.reason !== 'DOWNLOAD_DAMAGED') throw error;
      await part.clear();
      await fetchInto(part);
    });
  } catch (error) {
    if (error instanceof FilemillError && !isRetryable(error)) await part.remove();
    throw error;
  }
}

const redrawMs = 120;

function progressOf({ terminal }: Session, { filename, size }: DownloadHeader): (bytes: number) => void {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let first: { readonly at: number; readonly bytes: number } | undefined;
  return (bytes) => {
    const now = performance.now();
    // What an earlier run received says nothing of the rate of this one.
    first ??= { at: now, bytes };
    if (now - drawnAt < redrawMs) return;
    drawnAt = now;
    const seconds = (now - first.at) / 1_000;
    const parts = transferParts({ done: bytes, from: first.bytes, total: Number(size), seconds, isMeasured: true });
    terminal.status(statusLine(parts, printable(filename), terminal.statusWidth));
  };
}

async function savedWriter({ terminal, format }: Session): Promise<RecordWriter<Saved>> {
  return await recordWriter<Saved>(terminal, format, {
    columns: [
      { title: 'ID', width: 36, cell: ({ id }) => id },
      { title: 'SIZE', width: 8, align: 'right', cell: ({ size }) => formatBytes(size) },
      { title: 'PATH', cell: ({ path }) => path },
    ],
    quiet: ({ path }) => path,
    live: true,
  });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
