import { Command, InvalidArgumentError, Option } from 'commander';
import { batchNameRule, isBatchName } from '#domain/batch.ts';
import { normalizeFileName } from '#domain/file-name.ts';
import { type Priority, priorities } from '#domain/priority.ts';
import { openPipe } from '#sdk/stream-content.ts';
import { uploadFiles } from '#sdk/upload-files.ts';
import { findUploads, measureUploads, type UploadCandidate } from '#sdk/upload-paths.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { count } from '../options.ts';
import { plural, printable } from '../output/printable.ts';
import { UploadProgress } from '../output/upload-progress.ts';
import { type Session, withSession } from '../session.ts';
import { UploadReport } from '../upload-report.ts';

export function uploadCommand(): Command {
  return new Command('upload')
    .description('Upload files, whole folders, or stdin. A file is acknowledged once it is on disk and registered.')
    .argument('<path...>', 'files and folders; - reads stdin')
    .option('--wait', 'wait for the analysis and print what it found')
    .option('--concurrency <n>', 'large files at a time, or 1 MiB of small files for each', count(64), 8)
    .option('--name <name>', 'name of the file from stdin (default: stdin)')
    .option(
      '--idempotency-key <key>',
      'for one file: repeating a key with the same content gives the same id and resumes an interrupted upload',
    )
    .option('--batch <name>', 'the files belong to this batch: see filemill batch', batchName)
    .addOption(
      new Option(
        '--priority <priority>',
        'free workers take interactive files first, bulk ones last (default: that of the batch, or normal)',
      ).choices(priorities),
    )
    .option('-r, --recursive', 'has no effect: folders are always uploaded recursively')
    .action(withSession(uploadPaths, { persistent: true }));
}

interface UploadOptions {
  readonly wait?: true;
  readonly concurrency: number;
  /** The name of the file from stdin. */
  readonly name?: string;
  readonly idempotencyKey?: string;
  readonly batch?: string;
  readonly priority?: Priority;
}

/** Uploads files, folders and stdin (`-`), prints a line for each file, and answers with the exit code. */
async function uploadPaths(session: Session, paths: string[], options: UploadOptions): Promise<ExitCode> {
  await refuseUnfit(paths, options);
  const { terminal, signal } = session;
  using progress = new UploadProgress(terminal);
  const report = await UploadReport.open(session, progress, options.wait === true);
  const files = paths.filter((path) => path !== '-');
  if (terminal.animated) void measure(files, progress, signal);
  let links = 0;
  await uploadFiles(
    session.uploads,
    candidates(paths, options, { onLink: () => links++, onStream: () => terminal.note(streamRemark) }),
    {
      ...session.retry,
      concurrency: options.concurrency,
      ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
      ...(options.batch === undefined ? {} : { batch: options.batch }),
      ...(options.priority === undefined ? {} : { priority: options.priority }),
      onBytes: (bytes) => progress.sent(bytes),
      onKept: () => terminal.note(keptRemark),
      onOutcome: (outcome) => report.take(outcome),
    },
  );
  if (links > 0) terminal.note(`${plural(links, 'symbolic link')} inside folders not followed.`);
  return await report.end();
}

const keptRemark = 'The server keeps what it has received: repeat the command to resume the upload.';

async function* candidates(
  paths: readonly string[],
  { name = 'stdin' }: UploadOptions,
  { onLink, onStream }: { readonly onLink: () => void; readonly onStream: () => void },
): AsyncGenerator<UploadCandidate> {
  for (const path of paths) {
    if (path === '-') yield fromStdin(name, onStream);
    else yield* findUploads([path], { onLink });
  }
}

/** @param onStream called when stdin is too large to be buffered first */
function fromStdin(name: string, onStream: () => void): UploadCandidate {
  return {
    filename: name,
    path: '',
    open: async (signal) => {
      normalizeFileName(name);
      const content = await openPipe(process.stdin, signal);
      if (content.size === undefined) onStream();
      return content;
    },
    measure: async () => 0,
  };
}

const streamRemark = 'stdin is sent as it comes, with no copy in TMPDIR: keep this command running until it ends.';

async function measure(paths: readonly string[], progress: UploadProgress, signal: AbortSignal): Promise<void> {
  await measureUploads(paths, (bytes) => progress.foresee(bytes), signal);
  progress.measured();
}

async function refuseUnfit(paths: readonly string[], { name, idempotencyKey }: UploadOptions): Promise<void> {
  const pipes = paths.filter((path) => path === '-').length;
  if (pipes > 1) throw usage('stdin can be read only once: give - only once.');
  if (pipes === 0 && name !== undefined)
    throw usage(`--name ${printable(name)} names the file from stdin, which is not given.`);
  if (idempotencyKey === undefined) return;
  let files = pipes;
  for await (const _ of findUploads(paths.filter((path) => path !== '-'))) files += 1;
  if (files !== 1) throw usage(`--idempotency-key is for one file, but ${files} are given.`);
}

function batchName(text: string): string {
  if (isBatchName(text)) return text;
  throw new InvalidArgumentError(`Expected ${batchNameRule}.`);
}

function usage(message: string): CliError {
  return new CliError(exitCodes.usage, message);
}
