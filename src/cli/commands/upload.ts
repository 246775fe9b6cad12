import { basename } from 'node:path';
import { Command } from 'commander';
import { UploadContent } from '#client/upload-content.ts';
import { uploadFiles } from '#client/upload-files.ts';
import { findUploads, measureUploads, type UploadCandidate } from '#client/upload-paths.ts';
import { normalizeFileName } from '#domain/file-name.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { count } from '../options.ts';
import { plural, printable } from '../output/printable.ts';
import { UploadProgress } from '../output/upload-progress.ts';
import { type Session, withSession } from '../session.ts';
import { UploadReport } from '../upload-report.ts';

interface UploadOptions {
  readonly wait?: true;
  readonly concurrency: number;
  readonly name?: string;
  readonly idempotencyKey?: string;
}

export function uploadCommand(): Command {
  return new Command('upload')
    .description('Upload files, folders with all they hold, or stdin. An acknowledged file is on disk and registered.')
    .argument('<path...>', 'files and folders; - reads stdin')
    .option('--wait', 'wait for the analysis and print what it found')
    .option('--concurrency <n>', 'files at a time', count(64), 8)
    .option('--name <name>', 'the name of what comes from stdin (default: stdin)')
    .option('--idempotency-key <key>', 'for one file: the same key and content give the same id, however often sent')
    .option('-r, --recursive', 'accepted for habit: folders are always taken with all they hold')
    .action(withSession(upload));
}

async function upload(session: Session, paths: string[], options: UploadOptions): Promise<ExitCode> {
  await refuseUnfit(paths, options);
  const { terminal, signal } = session;
  using progress = new UploadProgress(terminal);
  const report = await UploadReport.open(session, progress, options.wait === true);
  const files = paths.filter((path) => path !== '-');
  if (terminal.animated) void measure(files, progress, signal);
  let links = 0;
  await uploadFiles(
    session.uploads,
    candidates(paths, options, () => links++),
    {
      ...session.retry,
      concurrency: options.concurrency,
      ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
      onBytes: (bytes) => progress.sent(bytes),
      onOutcome: (outcome) => report.take(outcome),
    },
  );
  if (links > 0) terminal.note(`${plural(links, 'symbolic link')} inside folders not followed.`);
  return await report.end();
}

async function* candidates(
  paths: readonly string[],
  { name = 'stdin' }: UploadOptions,
  onLink: () => void,
): AsyncGenerator<UploadCandidate> {
  for (const path of paths) {
    if (path === '-') yield fromStdin(name);
    else yield* findUploads([path], { onLink });
  }
}

function fromStdin(name: string): UploadCandidate {
  return {
    filename: name,
    path: '',
    open: async () => {
      normalizeFileName(name);
      return await UploadContent.fromPipe(process.stdin);
    },
    measure: async () => 0,
  };
}

async function measure(paths: readonly string[], progress: UploadProgress, signal: AbortSignal): Promise<void> {
  await measureUploads(paths, (bytes) => progress.foresee(bytes), signal);
  progress.measured();
}

async function refuseUnfit(paths: readonly string[], { name, idempotencyKey }: UploadOptions): Promise<void> {
  const pipes = paths.filter((path) => path === '-').length;
  if (pipes > 1) throw usage('stdin can be read only once: give - once.');
  if (pipes === 0 && name !== undefined) throw usage(`--name ${printable(name)} is for what comes from stdin.`);
  if (idempotencyKey === undefined) return;
  let files = pipes;
  for await (const _ of findUploads(paths.filter((path) => path !== '-'))) files += 1;
  if (files !== 1) throw usage(`--idempotency-key names one file, and ${basename(paths[0] ?? '')} … are ${files}.`);
}

function usage(message: string): CliError {
  return new CliError(exitCodes.usage, message);
}
