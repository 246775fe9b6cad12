import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { Report } from '#local/report.ts';
import { SetupError } from '#local/setup-error.ts';
import { LocalStack } from '#local/stack.ts';
import { type StopSignal, stopSignal } from '#local/stop-signal.ts';
import { ConfigError, commonSettings, integer, readConfig } from '#platform/config.ts';

interface UpOptions {
  readonly dataDir: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly workers: number;
  readonly exit: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
}

/** `filemill up`: everything on this machine, from one command. */
export function upCommand(): Command {
  return new Command('up')
    .description('Run PostgreSQL, Redis if there is one, and all services on this machine.')
    .argument('[path...]', 'files and folders to upload and await once everything is up')
    .option('--data-dir <dir>', 'folder that keeps everything between runs', '.filemill')
    .option('--grpc-port <port>', 'public gRPC port on 127.0.0.1; 0 takes a free one', port, 50051)
    .option('--http-port <port>', 'public HTTP port on 127.0.0.1; 0 takes a free one', port, 8080)
    .option('--workers <n>', 'worker processes', count, 2)
    .option('--exit', 'stop once the paths are done: 0 when all are COMPLETED, 3 otherwise', false)
    .option('-v, --verbose', 'show what the services log', false)
    .option('--json', 'print results as one JSON object per line', false)
    .action(async (paths: string[], options: UpOptions) => {
      process.exitCode = await up(paths, options);
    });
}

/** Answers with the exit code. */
async function up(paths: readonly string[], options: UpOptions): Promise<number> {
  const report = new Report({ verbose: options.verbose });
  const { npm_lifecycle_event: npmScript } = process.env;
  using stop = stopSignal({ onSecond: () => force(), followParent: npmScript !== undefined });
  let force = () => process.exit(130);
  try {
    await using stack = new LocalStack(stackOptions(options, report, stop.signal));
    force = () => {
      report.warn('ending everything by force');
      stack.kill();
      process.exit(130);
    };
    await stack.start();
    const code = await work(stack, paths, options, report, stop);
    report.note('Stopping: services, then Redis, then PostgreSQL. Press Ctrl-C again to force it.');
    return code;
  } catch (error) {
    if (stop.signal.aborted) return 130;
    if (error instanceof ConfigError) report.error(error.message);
    else if (error instanceof SetupError) report.error(error.message);
    else report.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return error instanceof SetupError ? error.exitCode : error instanceof ConfigError ? 2 : 1;
  }
}

async function work(
  stack: LocalStack,
  paths: readonly string[],
  options: UpOptions,
  report: Report,
  { signal }: StopSignal,
): Promise<number> {
  void paths;
  if (options.exit) return 0;
  report.note(
    `Ready. In another terminal: npx filemill upload FILE --wait   SQL: psql "$(cat ${options.dataDir}/database-url)"   Ctrl-C stops.`,
  );
  void stack;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  return 0;
}

/** The environment is read here, once; everything below gets what it needs as a value. */
function stackOptions(options: UpOptions, report: Report, signal: AbortSignal) {
  const config = readConfig(
    {
      FILEMILL_DATABASE_URL: z.string().optional(),
      FILEMILL_DATABASE_WAIT_MS: integer(0).default(60_000),
      FILEMILL_REDIS_URL: z.string().optional(),
      FILEMILL_STORAGE_DIR: z.string().optional(),
      FILEMILL_WORKER_THREADS: integer(1).optional(),
      FILEMILL_LOG_LEVEL: commonSettings.FILEMILL_LOG_LEVEL,
    },
    process.env,
  );
  return {
    dataDir: options.dataDir,
    grpcPort: options.grpcPort,
    httpPort: options.httpPort,
    workers: options.workers,
    databaseUrl: config.FILEMILL_DATABASE_URL,
    databaseWaitMs: config.FILEMILL_DATABASE_WAIT_MS,
    redisUrl: config.FILEMILL_REDIS_URL,
    storageDir: config.FILEMILL_STORAGE_DIR,
    threadsPerWorker: config.FILEMILL_WORKER_THREADS,
    logLevel: config.FILEMILL_LOG_LEVEL,
    env: process.env,
    report,
    signal,
  };
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('It must be a port number from 0 to 65535.');
}

function count(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 64) return value;
  throw new InvalidArgumentError('It must be a number from 1 to 64.');
}
