import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceEnvironment, serviceNodeOptions } from '#local/processes/service-runtime.ts';

export type ServiceName = 'upload' | 'metadata' | 'result' | 'worker' | 'web';

/** One of the five services as a real process, started as the images start it. */
export interface ServiceProcess extends AsyncDisposable {
  readonly name: ServiceName;
  readonly child: ChildProcess;
  /** Standard error so far. */
  readonly log: () => string;
  /** Ends the process and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Services start often in tests: what Node makes of their modules is made once. */
const compileCache = join(tmpdir(), 'filemill-compile-cache');

export interface Launch {
  /** A command that runs the command that follows it, such as one that enters a namespace. */
  readonly prefix?: readonly string[];
  /** The root of the repository whose services are started; this one's by default. */
  readonly release?: string;
}

/** Resolves when the service says that it is ready; rejects with its log when it ends before that. */
export async function startService(
  name: ServiceName,
  env: Record<string, string>,
  { prefix = [], release = fileURLToPath(new URL('../..', import.meta.url)) }: Launch = {},
): Promise<ServiceProcess> {
  const entry = join(release, 'src/services', name, 'main.ts');
  const [program = '', ...args] = [...prefix, process.execPath, ...serviceNodeOptions, entry];
  const child = spawn(program, args, {
    env: {
      ...serviceEnvironment,
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: compileCache,
      FILEMILL_LOG_LEVEL: 'info',
      FILEMILL_OPS_LISTEN: '127.0.0.1:0',
      ...env,
    },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  const ready = new Promise<boolean>((resolve) => {
    child.on('message', (message) => message === 'ready' && resolve(true));
  });
  if (!(await Promise.race([ready, once(child, 'exit').then(() => false)])))
    throw new Error(`${name} did not start:\n${log}`);
  return { name, child, log: () => log, stop, [Symbol.asyncDispose]: () => stop() };
}

/** A short private folder for sockets and data, removed at the end. */
export async function testFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'fm-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
