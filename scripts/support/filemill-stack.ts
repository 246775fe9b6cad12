import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '#test/support/free-port.ts';

const root = join(import.meta.dirname, '..', '..');
const startMs = 120_000;
const stopMs = 60_000;

export interface FilemillStack extends AsyncDisposable {
  /** The process id of `filemill up`, the parent of all others. */
  readonly pid: number;
  /** `HOST:PORT` of the public gRPC surface. */
  readonly server: string;
  readonly http: string;
}

export interface StackOptions {
  /** Settings beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments. */
  readonly more?: readonly string[];
  readonly quiet?: boolean;
}

/** Runs `filemill up` on free ports and a data directory of the caller's, until it is disposed. */
export async function startFilemillStack(
  dataDir: string,
  { env = {}, more = [], quiet = false }: StackOptions = {},
): Promise<FilemillStack> {
  const grpcPort = await freePorts(2);
  const httpPort = grpcPort + 1;
  const isSecure = more.includes('--tls');
  const server = `${isSecure ? 'https://' : ''}127.0.0.1:${grpcPort}`;
  const http = `${isSecure ? 'https' : 'http'}://127.0.0.1:${httpPort}`;
  const args = ['up', '--data-dir', dataDir, '--grpc-port', String(grpcPort), '--http-port', String(httpPort)];
  const up = spawn(process.execPath, ['src/cli/main.ts', ...args, ...more], {
    cwd: root,
    stdio: ['ignore', quiet ? 'ignore' : 2, quiet ? 'ignore' : 2],
    env: { ...process.env, ...env },
  });
  try {
    await untilReady(up, http);
  } catch (error) {
    await stop(up);
    throw error;
  }
  return { pid: up.pid as number, server, http, [Symbol.asyncDispose]: () => stop(up) };
}

async function untilReady(up: ChildProcess, http: string): Promise<void> {
  const giveUpAt = performance.now() + startMs;
  let last = 'no answer';
  while (performance.now() < giveUpAt) {
    if (hasEnded(up)) throw new Error(`filemill up ended with ${up.exitCode ?? up.signalCode}`);
    const answer = await ask(`${http}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return;
    if (answer !== undefined) last = answer.body;
    await delay(100);
  }
  throw new Error(`filemill up was not ready within ${startMs / 1_000} s: ${last}`);
}

/** Whoever answers there was started here, so its certificate proves nothing more. */
async function ask(url: string): Promise<{ readonly status: number; readonly body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const get = url.startsWith('https:') ? httpsGet : httpGet;
  get(url, { rejectUnauthorized: false }, resolve).on('error', reject);
  const answer = await promise;
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

async function stop(up: ChildProcess): Promise<void> {
  if (hasEnded(up)) return;
  const ended = once(up, 'exit');
  up.kill('SIGTERM');
  const outcome = await Promise.race([ended, delay(stopMs, 'too long' as const, { ref: false })]);
  if (outcome === 'too long') {
    up.kill('SIGKILL');
    throw new Error(`filemill up did not stop within ${stopMs / 1_000} s`);
  }
  if (up.exitCode !== 0) throw new Error(`filemill up, when told to stop, ended with ${up.exitCode ?? up.signalCode}`);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
