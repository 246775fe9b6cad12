import { access } from 'node:fs/promises';
import { isIP } from 'node:net';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { databaseUrl } from '#adapters/postgres/database/settings.ts';
import { redisUrl } from '#adapters/redis/settings.ts';
import { Report } from '#local/report.ts';
import { findRun } from '#local/run-record.ts';
import { SetupError } from '#local/setup-error.ts';
import { LocalStack, type StackOptions } from '#local/stack.ts';
import { onAbort, untilAborted } from '#platform/abort.ts';
import { commonSettings, integer, readSettings, readVariable } from '#platform/config.ts';
import { problemOfPath } from '#platform/problem-of-path.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { thisCommand } from '#platform/this-command.ts';
import { uploadFiles } from '#sdk/upload-files.ts';
import { findUploads } from '#sdk/upload-paths.ts';
import { inBackground, startInBackground, tellServing } from '../detach.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { count, type GlobalOptions } from '../options.ts';
import { Terminal } from '../output/terminal.ts';
import { UploadProgress } from '../output/upload-progress.ts';
import { openSession } from '../session.ts';
import { UploadReport } from '../upload-report.ts';
import { printRun } from './status.ts';

const uploadsAtOnce = 8;

interface UpOptions extends GlobalOptions {
  readonly dataDir: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly workers: number;
  readonly listen: string;
  readonly auth?: true;
  readonly tls?: true;
  readonly exit?: true;
  readonly detach?: true;
  readonly inBackground?: true;
}

/** `filemill up`: everything on this machine, from one command. */
export function upCommand(): Command {
  return new Command('up')
    .description(
      'Run PostgreSQL, Redis if it is installed, and all services on this machine until Ctrl-C, or in the background.',
    )
    .argument('[path...]', 'files and folders to upload and wait for once everything runs')
    .option('--data-dir <dir>', 'folder that keeps everything between runs', '.filemill')
    .option('--grpc-port <port>', 'public gRPC port; 0 picks a free one', port, 50_051)
    .option('--http-port <port>', 'public HTTP port; 0 picks a free one', port, 8_080)
    .option(
      '--listen <address>',
      'the address of both; any other needs --auth (docs/security.md)',
      ipAddress,
      '127.0.0.1',
    )
    .option('--workers <n>', 'number of worker processes', count(64), 2)
    .option('--auth', 'demand a token from every caller; yours is then in the data folder')
    .option('--tls', 'serve gRPC and HTTPS by a certificate of this machine, made in the data folder')
    .option('--exit', 'stop once the paths are done; exits with 0 if all are COMPLETED, with 3 if not')
    .option('-d, --detach', 'start in the background, and answer when everything runs')
    .addOption(new Option(inBackground).hideHelp())
    .action(async (paths: string[], _options, command: Command) => {
      const options = command.optsWithGlobals<UpOptions>();
      process.exitCode =
        options.detach && !options.inBackground ? await detach(paths, options) : await up(paths, options);
    });
}

async function up(paths: readonly string[], options: UpOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  await refuseMissing(paths);
  const report = new Report(terminal);
  let kill = () => {};
  using stop = stopSignal(() => {
    report.warn('ending everything by force');
    kill();
    process.exit(exitCodes.interrupted);
  });
  try {
    await using stack = new LocalStack(stackOptions(options, report, stop.signal));
    kill = () => stack.kill();
    // However this process exits (a closed stdout, a defect), nothing is left running.
    process.once('exit', kill);
    await stack.start();
    const code = await serve(stack, paths, { ...options, terminal, signal: stop.signal });
    report.note(`Stopping: ${stack.order}. Ctrl-C again ends them by force.`);
    return code;
  } catch (error) {
    if (stop.signal.aborted) return exitCodes.interrupted;
    throw error instanceof SetupError ? new CliError(error.exitCode, error.message) : error;
  }
}

/** Starts it in the background, unless it runs already. */
async function detach(paths: readonly string[], options: UpOptions): Promise<ExitCode> {
  const { dataDir, exit } = options;
  const upload = `Leave them out, then run \`${thisCommand()} upload PATH --wait\`.`;
  if (paths.length > 0)
    throw new CliError(exitCodes.usage, 'With --detach nobody would see what becomes of paths.', upload);
  if (exit) throw new CliError(exitCodes.usage, '--exit and --detach contradict each other.');
  const terminal = new Terminal(options);
  if ((await findRun(dataDir)) === undefined) await startInBackground(dataDir, process.env);
  else terminal.note('It runs already; options given now have no effect.');
  const run = await findRun(dataDir);
  if (run === undefined) throw new CliError(exitCodes.unexpected, `It has ended again: see ${dataDir}/logs/up.log.`);
  await printRun(run, options);
  return exitCodes.ok;
}

/** Refuses missing paths before everything is started. */
async function refuseMissing(paths: readonly string[]): Promise<void> {
  for (const path of paths)
    await access(path).catch((error: Error) => {
      throw new CliError(exitCodes.usage, `${path} cannot be uploaded: ${problemOfPath(error)}.`);
    });
}

type ServeOptions = UpOptions & { readonly terminal: Terminal; readonly signal: AbortSignal };

/** Uploads the paths, then serves until it is told to stop, unless --exit is given. */
async function serve(stack: LocalStack, paths: readonly string[], options: ServeOptions): Promise<ExitCode> {
  const { terminal, signal, dataDir, exit } = options;
  const code = paths.length === 0 ? exitCodes.ok : await uploadAndAwait(stack, paths, options);
  if (exit) return code;
  const sql = stack.databaseUrlFile === undefined ? [] : [`  psql "$(cat ${dataDir}/database-url)"`];
  const server = stack.grpcAddress.endsWith(':50051') ? '' : `--server ${stack.grpcTarget} `;
  const ca = `${dataDir}/tls/ca.pem`;
  const trust = stack.certificate === undefined ? [] : [`  export FILEMILL_TLS_CA=${ca}`];
  const curl = stack.certificate === undefined ? [] : [`  curl --cacert ${ca} https://${stack.httpAddress}/readyz`];
  const token = stack.adminTokenFile === undefined ? [] : [`  export FILEMILL_TOKEN_FILE=${dataDir}/admin-token`];
  terminal.note(
    [
      'Ready. In another terminal:',
      ...trust,
      ...token,
      `  ${thisCommand()} upload ${server}FILE --wait`,
      ...curl,
      ...sql,
    ].join('\n'),
  );
  tellServing();
  await untilAborted(signal);
  return exitCodes.ok;
}

/** Does what `filemill upload PATH… --wait` does. */
async function uploadAndAwait(stack: LocalStack, paths: readonly string[], options: ServeOptions): Promise<ExitCode> {
  const token = readVariable('FILEMILL_TOKEN', options.env);
  const authorization = stack.authorization ?? (token && `Bearer ${token}`);
  using channel = new RpcChannel(stack.ownTarget, { authorization });
  const interrupted = new AbortController();
  onAbort(options.signal, () => interrupted.abort(new CliError(exitCodes.interrupted, 'Interrupted.')));
  const session = openSession(options, channel, interrupted.signal, {
    persistent: true,
  });
  using progress = new UploadProgress(session.terminal);
  const outcomes = await UploadReport.open(session, progress, true);
  await uploadFiles(session.uploads, findUploads(paths), {
    ...session.retry,
    concurrency: uploadsAtOnce,
    onBytes: (bytes) => progress.sent(bytes),
    onOutcome: (outcome) => outcomes.take(outcome),
  });
  return await outcomes.end();
}

/** Reads the environment, here and only here. */
function stackOptions(options: UpOptions, report: Report, signal: AbortSignal): StackOptions {
  const config = readSettings(
    {
      databaseUrl: databaseUrl.optional(),
      databaseWaitMs: integer(0).default(60_000),
      redisUrl: redisUrl.optional(),
      storageDir: z.string().optional(),
      workerThreads: integer(1).optional(),
      logLevel: commonSettings.logLevel,
    },
    process.env,
  );
  const { dataDir, grpcPort, httpPort, workers, listen, auth = false, tls = false } = options;
  return {
    ...{ dataDir, grpcPort, httpPort, workers, listen, auth, tls, report, signal },
    ...config,
    threadsPerWorker: config.workerThreads,
    env: process.env,
  };
}

function ipAddress(text: string): string {
  if (isIP(text) !== 0) return text;
  throw new InvalidArgumentError('Expected an IP address of this machine, or 0.0.0.0 for all of them.');
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('Expected a port number from 0 to 65535.');
}

/** A second signal within this time is an echo: the terminal and a parent process may both send the first one. */
const echoMs = 500;

/**
 * Aborted by the first SIGINT, SIGTERM or SIGHUP. npm passes no signal on: `kill` of `npm start` ends npm and orphans
 * its child, which therefore stops when its parent is gone.
 *
 * @param onSecond called when a signal comes again
 */
function stopSignal(onSecond: () => void): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      controller.abort(name);
    } else if (performance.now() - firstAt > echoMs) onSecond();
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  const parent = process.env.npm_lifecycle_event === undefined ? undefined : process.ppid;
  const watch = setInterval(() => {
    // An orphan gets another parent.
    if (parent !== undefined && process.ppid !== parent) controller.abort('the parent process is gone');
  }, 500).unref();
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of names) process.off(name, onSignal);
      clearInterval(watch);
    },
  };
}
